import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import type { DatabaseOptions } from "@holdfast/db";

const entry = fileURLToPath(new URL("../dist/server/main.js", import.meta.url));
const readyWithinMs = 40_000;

export interface ServedProcess {
  port: number;
  metricsPort: number;
  isAlive(): boolean;
  /** Memory of the process, in MiB; null where the system does not tell. */
  memory(): Promise<number | null>;
  /** What it has printed. */
  output(): string;
  stop(): Promise<void>;
}

/** The production server as it is started, on this database, with its secret: another would change the passwords of roles that other tests use, too. */
export async function serveAsProcess({ ownerUrl, secret }: DatabaseOptions): Promise<ServedProcess> {
  const [port, metricsPort] = [await freePort(), await freePort()];
  const { HOME, PATH, TMPDIR, LANG } = process.env;
  const limits = { LIMIT_SENDS_PER_MINUTE: "0", LIMIT_SIGN_INS_PER_MINUTE: "0", LIMIT_REQUESTS_PER_MINUTE: "0" };
  const own = {
    DATABASE_URL: ownerUrl,
    BETTER_AUTH_SECRET: secret,
    PORT: `${port}`,
    METRICS_PORT: `${metricsPort}`,
  };
  const env = { HOME, PATH, TMPDIR, LANG, NODE_ENV: "production" as const, LIMIT_STREAMS: "0", ...limits, ...own };
  const child = spawn(process.execPath, [entry], { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes: Buffer) => (output += bytes));
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  const giveUpAt = Date.now() + readyWithinMs;
  for (let isReady = false; !isReady; ) {
    if (!isAlive() || Date.now() > giveUpAt) throw new Error(`The server did not become ready:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    isReady = await fetch(`http://127.0.0.1:${port}/api/health/ready`).then(
      (response) => response.ok,
      () => false,
    );
  }
  return {
    port,
    metricsPort,
    isAlive,
    output: () => output,
    async memory() {
      const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
      const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
      return kilobytes === undefined ? null : Number(kilobytes) / 1024;
    },
    async stop() {
      if (!isAlive()) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}
