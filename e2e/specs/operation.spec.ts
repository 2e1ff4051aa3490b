import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { makeDataDir } from "../fixtures/data-dir.ts";
import { freePort, ServerProcess } from "../fixtures/server-process.ts";
import { expect, test } from "../fixtures/test.ts";

test("R-OPS-1: a variable that is wrong stops the start with a sentence that names it", async () => {
  const { code, output } = await ServerProcess.fail({ LOG_LEVEL: "loud" });
  expect(code).toBe(1);
  expect(output).toMatch(/^Holdfast cannot start: LOG_LEVEL must be one of .*\.$/m);
});

test("R-OPS-1: a port that is taken stops the start with a sentence, and touches nothing", async ({
  server,
  dataDir,
}) => {
  const port = new URL(server.url).port;
  const { code, output } = await ServerProcess.fail({ PORT: port, HOLDFAST_DATA_DIR: dataDir });
  expect(code).toBe(1);
  expect(output).toContain(`Holdfast cannot start: port ${port} is in use.`);
  expect((await fetch(`${server.url}/api/health/ready`)).status).toBe(200);
});

test("R-OPS-1: npm start in a folder where nothing can be written, and nothing was built, says so", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "holdfast-unwritable-"));
  const repository = path.resolve(import.meta.dirname, "../..");
  for (const part of ["scripts", "package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml"]) {
    await cp(path.join(repository, part), path.join(folder, part), { recursive: true });
  }
  await writeFile(path.join(folder, ".turbo"), "no folder, for root may write everywhere");
  const starting = promisify(execFile)(process.execPath, [path.join(folder, "scripts/start.mjs")]);
  await expect(starting).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^\nSomething is to be installed .* nothing can be written in .*\.\n$/),
  });
  await rm(folder, { recursive: true });
});

test("R-API-3: a request that offers another protocol is answered in this one, also when pages have been served", async ({
  server,
}) => {
  expect((await fetch(`${server.url}/sign-in`)).status).toBe(200);
  for (const path of ["/api/health/live", "/sign-in"]) {
    const headers = { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "AAMAAABkAAQAAP__" };
    const [response] = await once(get(server.url + path, { headers, timeout: 10_000 }), "response");
    response.resume();
    expect(response.statusCode, path).toBe(200);
  }
});

test("R-OPS-4: liveness and readiness answer, and metrics are counted on a port of their own", async () => {
  const metricsPort = await freePort();
  await withServer({ METRICS_PORT: String(metricsPort) }, async (server) => {
    expect((await fetch(`${server.url}/api/health/live`)).status).toBe(200);
    expect((await fetch(`${server.url}/api/health/ready`)).status).toBe(200);
    expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
    const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    expect(metrics).toMatch(/holdfast_http_requests_total\{route="\/api\/health\/live",method="GET",status="200"\} 1/);
    for (const name of [
      "holdfast_turns_running",
      "holdfast_streams_open",
      "holdfast_db_connections",
      "nodejs_eventloop_lag_seconds",
    ]) {
      expect(metrics).toContain(name);
    }
  });
});

test("R-OPS-4: the log has request ids, and nothing of what people write", async ({ person, server }) => {
  await person.begins("a sentence for nobody's log");
  await person.page.request.get(`/api/trpc/search.find?input=${encodeURIComponent('{"text":"sentence","limit":5}')}`);
  const lines = server.output.split("\n").filter((line) => line.startsWith("{"));
  const requests = lines.map((line) => JSON.parse(line)).filter((line) => line.msg === "request");
  expect(requests.length).toBeGreaterThan(0);
  for (const request of requests) expect(request.requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(server.output).not.toContain("nobody's log");
  expect(server.output).not.toContain("sentence");
  for (const cookie of await person.context.cookies()) expect(server.output).not.toContain(cookie.value);
});

test("R-OPS-6: it ends within 10 s of a signal that comes many times, the embedded PostgreSQL and the tool server with it", async () => {
  const dataDir = await makeDataDir();
  const server = await ServerProcess.start({ HOLDFAST_DATA_DIR: dataDir });
  const pids = await processesOf(server.pid, dataDir);
  expect(pids.length).toBeGreaterThan(1);
  // Somebody watches: an open stream must not hold it up.
  const stream = await fetch(`${server.url}/api/trpc/live.feed`).catch(() => null);
  const begin = Date.now();
  const repeat = setInterval(() => isAlive(server.pid) && process.kill(server.pid, "SIGTERM"), 100);
  await server.end().finally(() => clearInterval(repeat));
  expect(Date.now() - begin).toBeLessThan(10_000);
  await stream?.body?.cancel().catch(() => {});
  await expect(async () => expect(pids.filter(isAlive)).toEqual([])).toPass({ timeout: 2_000 });
  await rm(dataDir, { recursive: true, force: true });
});

test("R-OPS-2, R-OPS-7: migrations are a command of their own, which changes nothing where all is done", async ({
  server,
  dataDir,
  database,
}) => {
  expect(server.url).toBeTruthy();
  const migrations = () => database.sql("select * from holdfast_migrations order by id");
  const before = await migrations();
  expect(before.length).toBeGreaterThan(0);
  const env = { ...process.env, HOLDFAST_DATA_DIR: dataDir };
  await promisify(execFile)("npm", ["run", "db:migrate"], { cwd: path.resolve(import.meta.dirname, "../.."), env });
  expect(await migrations()).toEqual(before);
});

async function withServer(env: Record<string, string>, use: (server: ServerProcess) => Promise<void>): Promise<void> {
  const dataDir = await makeDataDir();
  const server = await ServerProcess.start({ HOLDFAST_DATA_DIR: dataDir, ...env });
  try {
    await use(server);
  } finally {
    await server.end();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** What has ended and waits for process 1 to take note of it runs no more. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** The tool server that a process has started, and the PostgreSQL of its data folder, which is nobody's child; on Linux. */
async function processesOf(pid: number, dataDir: string): Promise<number[]> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).split(" ").filter(Boolean).map(Number);
  const postmaster = await readFile(path.join(dataDir, "postgres", "data", "postmaster.pid"), "utf8");
  return [...children, Number(postmaster.split("\n")[0])];
}
