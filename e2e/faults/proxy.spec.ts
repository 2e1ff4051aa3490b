import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import { Provider } from "../fixtures/provider.ts";
import { freePort, type ServerProcess } from "../fixtures/server-process.ts";
import { Caller } from "./fixtures/caller.ts";
import { endure } from "./fixtures/endure.ts";
import { PostgresCluster } from "./fixtures/postgres-cluster.ts";
import { postgresPrograms } from "./fixtures/postgres-programs.ts";
import { serve } from "./fixtures/serve.ts";
import { Workload } from "./fixtures/workload.ts";

const nginx = findNginx();
test.skip(!postgresPrograms || !nginx, "needs PostgreSQL's programs (PG_BIN) and nginx");

/** What compose.yaml runs, without containers: two servers behind the proxy of deploy/nginx.conf. */
let folder: string;
let postgres: PostgresCluster;
let provider: Provider;
let servers: ServerProcess[];
let proxy: ChildProcess;
let url: string;

test.beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "holdfast-proxy-"));
  await chmod(folder, 0o755); // its workers run as somebody else
  [postgres, provider] = await Promise.all([PostgresCluster.start(), Provider.start()]);
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const env = {
    DATABASE_URL: postgres.url(),
    APP_URL: url,
    TRUST_PROXY: "1",
    OPENAI_BASE_URL: provider.baseUrl,
    DEFAULT_MODEL: "openai/fake-echo",
  };
  servers = await Promise.all([serve(env), serve(env)]);
  proxy = await startProxy(port);
});

test.afterAll(async () => {
  proxy?.kill("SIGTERM");
  await Promise.all((servers ?? []).map((server) => server.end()));
  await provider?.goesAway();
  await postgres?.destroy();
  await rm(folder, { recursive: true, force: true });
});

test("R-OPS-5: through the proxy an answer is read while it is written", async () => {
  const caller = new Caller(url);
  await postgres.sql("INSERT INTO users (id, name) VALUES ($1, 'Somebody')", [caller.userId]);
  const turnId = randomUUID();
  expect((await caller.procedure("turn.start", { turnId, message: "[long 200 20]" })).status).toBe(200);
  const events = await fetch(`${url}/api/${caller.userId}/turns/${turnId}/events`, {
    headers: { authorization: `Bearer ${caller.token}`, accept: "text/event-stream" },
  });
  expect(events.headers.get("content-type")).toContain("text/event-stream");
  let pieces = 0;
  let text = "";
  for await (const bytes of events.body ?? []) {
    pieces += 1;
    text += Buffer.from(bytes).toString();
    if (pieces === 2) expect(await statusOf(turnId), "it is still being written").toBe("running");
    if (text.includes("event: ended") || text.includes('"type":"ended"')) break;
  }
  expect(pieces).toBeGreaterThan(10);
  expect(text).toContain("word200");
});

test("R-OPS-5: a server is killed behind the proxy and started again: people go on with the other, and nothing acknowledged is lost", async () => {
  const [victim] = servers;
  await endure(await Workload.of(3, url, postgres.sql), servers, {
    name: "a server behind the proxy is killed",
    cause: () => victim?.end("SIGKILL"),
    lastsMs: 3_000,
    mend: () => victim?.start(),
    refuses: "maybe",
  });
});

test("R-OPS-3: without a database the proxy passes on what the servers say, and has them again at once", async () => {
  await endure(await Workload.of(3, url, postgres.sql), servers, {
    name: "PostgreSQL is stopped, behind servers behind a proxy",
    cause: () => postgres.end(),
    lastsMs: 3_000,
    mend: () => postgres.begin(),
    refuses: "all",
  });
});

async function statusOf(turnId: string): Promise<string | undefined> {
  const [row] = await postgres.sql<{ status: string }>("SELECT status FROM turns WHERE id = $1", [turnId]);
  return row?.status;
}

async function startProxy(port: number): Promise<ChildProcess> {
  const file = path.join(folder, "nginx.conf");
  const config = await readFile(fileURLToPath(new URL("../../deploy/nginx.conf", import.meta.url)), "utf8");
  const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const ours = kinds.map((kind) => `${kind}_temp_path ${path.join(folder, kind)};`).join(" ");
  const here = servers.reduce(
    (text, server, index) => text.replace(`app-${index + 1}:3000`, new URL(server.url).host),
    config
      .replace("listen 8080", `listen 127.0.0.1:${port}`)
      .replace("/tmp/nginx.pid", path.join(folder, "pid"))
      .replace("http {", `http { access_log off; ${ours}`),
  );
  await writeFile(file, here);
  const args = ["-c", file, "-e", "stderr", "-g", "daemon off;"];
  const child = spawn(nginx ?? "", args, { stdio: "ignore" });
  await Promise.race([
    expect(async () => expect((await fetch(`${url}/api/health/ready`)).status).toBe(200)).toPass({ timeout: 10_000 }),
    once(child, "exit").then(([code]) => Promise.reject(new Error(`nginx ended with ${code}`))),
  ]);
  return child;
}

function findNginx(): string | null {
  try {
    return execFileSync("sh", ["-c", "command -v nginx || ls /usr/sbin/nginx"], { encoding: "utf8" }).trim();
  } catch {
    return null;
  }
}
