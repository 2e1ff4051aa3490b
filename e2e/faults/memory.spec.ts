import { readFile } from "node:fs/promises";
import { expect, test } from "@playwright/test";
import { Provider } from "../fixtures/provider.ts";
import type { ServerProcess } from "../fixtures/server-process.ts";
import { endure } from "./fixtures/endure.ts";
import { PostgresCluster } from "./fixtures/postgres-cluster.ts";
import { postgresPrograms } from "./fixtures/postgres-programs.ts";
import { Pressure } from "./fixtures/pressure.ts";
import { serve } from "./fixtures/serve.ts";
import { Workload } from "./fixtures/workload.ts";

test.skip(!postgresPrograms || process.platform !== "linux", "needs PostgreSQL's programs (PG_BIN) and /proc");

/** A quarter of what the guide gives; beside it, what the guide leaves between the heap and the limit of the process. */
const heapMib = 160;
const besideMib = 1_024 - 640;

let postgres: PostgresCluster;
let provider: Provider;
let server: ServerProcess;

test.beforeEach(async () => {
  [postgres, provider] = await Promise.all([PostgresCluster.start(), Provider.start()]);
  server = await serve({
    DATABASE_URL: postgres.url(),
    NODE_OPTIONS: `--max-old-space-size=${heapMib}`,
    OPENAI_BASE_URL: provider.baseUrl,
    DEFAULT_MODEL: "openai/fake-echo",
  });
});

test.afterEach(async () => {
  const { status, expectedStatus } = test.info();
  if (status !== expectedStatus) await test.info().attach("server output", { body: server.output });
  await server.end();
  await provider.goesAway();
  await postgres.destroy();
});

for (const [how, readersGo] of [
  ["until they go", true],
  ["and never go", false],
] as const) {
  test(`R-PERF-6: many who ask for much and read none of it, ${how}: requests are refused rather than the process lost, and nothing acknowledged with it`, async () => {
    test.slow();
    const { pid } = server;
    const workload = await Workload.of(2, server.url, postgres.sql);
    const pressure = await Pressure.of(16, server.url, postgres.sql);
    await endure(workload, [server], {
      name: `too little memory for those who read nothing ${how}`,
      cause: async () => {
        const rising = pressure.rise();
        await expect.poll(() => server.output, { timeout: 60_000 }).toContain("memory is short");
        await rising;
      },
      lastsMs: 3_000,
      mend: async () => {
        if (readersGo) pressure.fall();
        else await expect.poll(unread, { timeout: 60_000, intervals: [500] }).toBe(0);
      },
      refuses: "all",
    });
    pressure.fall();
    expect(server.pid, "it has been the same process all along").toBe(pid);
    expect((await fetch(`${server.url}/api/health/live`)).status).toBe(200);
    expect(await peakMib(pid)).toBeLessThan(heapMib + besideMib);
    expect(pressure.begun.length).toBeGreaterThan(0);
    const stored = "SELECT id FROM turns WHERE id = ANY ($1) AND status = 'completed'";
    expect(await postgres.sql(stored, [pressure.begun])).toHaveLength(pressure.begun.length);
  });
}

/** Connections on which the server has something that nobody takes. */
async function unread(): Promise<number> {
  const port = Number(new URL(server.url).port).toString(16).toUpperCase().padStart(4, "0");
  const lines = (await readFile("/proc/net/tcp", "utf8")).split("\n");
  const established = "01";
  return lines.filter((line) => {
    const [, local, , state, queues] = line.trim().split(/\s+/);
    return local?.endsWith(`:${port}`) && state === established && !queues?.startsWith("00000000:");
  }).length;
}

async function peakMib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1_024;
}
