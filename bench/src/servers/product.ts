import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endProcess, pidOf } from "./child.ts";

export const secret = "a secret of the benchmarks, of no other use";

export interface Product {
  pid: number;
  port: number;
  metricsPort: number;
  /** From the start of the process to the first 200 of `/api/health/ready`. */
  startMs: number;
  stop(): Promise<void>;
}

const repository = path.resolve(import.meta.dirname, "../../..");
const entry = path.join(repository, "apps/web/dist/server/main.js");

export interface ProductOptions {
  /** Without it the server embeds its own. */
  databaseUrl?: string;
  dataDir: string;
  /** Of a server that speaks the OpenAI protocol. */
  modelPort?: number;
  /** Pins the process to one core, where `taskset` exists. */
  core?: number;
  env?: Record<string, string>;
}

/** The production server in its own process. The limits are on, as in life, but out of reach. */
export async function startProduct(options: ProductOptions): Promise<Product> {
  if (!existsSync(entry)) throw new Error("The server is not built: run `pnpm build` first");
  const [port, metricsPort] = [await freePort(), await freePort()];
  const command =
    options.core === undefined
      ? [process.execPath, entry]
      : ["taskset", "-c", String(options.core), process.execPath, entry];
  const startedAt = performance.now();
  const child = spawn(command[0] ?? process.execPath, command.slice(1), {
    cwd: repository,
    env: environment(options, port, metricsPort),
    stdio: ["ignore", "ignore", "inherit"],
  });
  let ended = false;
  void once(child, "exit").then(() => (ended = true));
  while (!(await isReady(port))) {
    if (ended || performance.now() - startedAt > 60_000) throw new Error("The server did not become ready");
    await sleep(10);
  }
  const startMs = performance.now() - startedAt;
  return { pid: pidOf(child), port, metricsPort, startMs, stop: () => endProcess(child) };
}

function environment(options: ProductOptions, port: number, metricsPort: number): Record<string, string | undefined> {
  const outOfReach = "1000000";
  return {
    PATH: process.env["PATH"],
    HOME: process.env["HOME"],
    LANG: process.env["LANG"],
    TMPDIR: process.env["TMPDIR"],
    NODE_ENV: "production",
    HOST: "127.0.0.1",
    PORT: String(port),
    METRICS_PORT: String(metricsPort),
    LOG_LEVEL: "warn",
    HOLDFAST_DATA_DIR: options.dataDir,
    BETTER_AUTH_SECRET: secret,
    LIMIT_SENDS_PER_MINUTE: outOfReach,
    LIMIT_SIGN_INS_PER_MINUTE: outOfReach,
    LIMIT_REQUESTS_PER_MINUTE: outOfReach,
    LIMIT_STREAMS: outOfReach,
    ...(options.databaseUrl && { DATABASE_URL: options.databaseUrl }),
    ...(options.modelPort && {
      OPENAI_BASE_URL: `http://127.0.0.1:${options.modelPort}/v1`,
      OPENAI_API_KEY: "none",
      OPENAI_MODELS: "clock",
      DEFAULT_MODEL: "openai/clock",
    }),
    ...options.env,
  };
}

async function isReady(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/api/health/ready`).catch(() => null);
  await response?.arrayBuffer();
  return response?.status === 200;
}

/** As the scenarios and the fuzz have it: too little for a package between the three. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No port is free");
  return address.port;
}
