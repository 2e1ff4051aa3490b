import { randomUUID } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, test } from "@playwright/test";
import { Provider } from "../fixtures/provider.ts";
import type { ServerProcess } from "../fixtures/server-process.ts";
import { Caller } from "./fixtures/caller.ts";
import { endure } from "./fixtures/endure.ts";
import { PostgresCluster } from "./fixtures/postgres-cluster.ts";
import { postgresPrograms } from "./fixtures/postgres-programs.ts";
import { serve } from "./fixtures/serve.ts";
import { Workload } from "./fixtures/workload.ts";

const library = findLibrary();
test.skip(!postgresPrograms || !library, "needs PostgreSQL's programs (PG_BIN) and libfaketime");

let folder: string;
let postgres: PostgresCluster;
let server: ServerProcess;
let workload: Workload;

test.beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "holdfast-clock-"));
  await chmod(folder, 0o755);
  await setClock("+0");
  postgres = await PostgresCluster.start({ env: ofClock() });
  server = await serve({ DATABASE_URL: postgres.url() });
  workload = await Workload.of(3, server.url, postgres.sql);
});

test.afterAll(async () => {
  await server?.end();
  await postgres?.destroy();
  await rm(folder, { recursive: true, force: true });
});

for (const [name, offset] of [
  ["the database's clock leaps an hour ahead", "+3600"],
  ["the database's clock goes back by an hour", "-3600"],
] as const) {
  test(`R-MSG-3: ${name}: nothing acknowledged is lost, nor out of order`, async () => {
    await endure(workload, [server], {
      name,
      cause: () => leap(offset),
      lastsMs: 4_000,
      mend: () => setClock("+0"),
      refuses: "maybe",
    });
  });
}

test("R-TURN-5: a server is killed, and the database's clock goes back by an hour: its answer is marked as interrupted all the same", async () => {
  const provider = await Provider.start();
  const model = { OPENAI_BASE_URL: provider.baseUrl, DEFAULT_MODEL: "openai/fake-echo" };
  const victim = await serve({ DATABASE_URL: postgres.url(), ...model });
  try {
    const caller = new Caller(victim.url);
    await postgres.sql("INSERT INTO users (id, name) VALUES ($1, 'Somebody')", [caller.userId]);
    const turnId = randomUUID();
    expect((await caller.procedure("turn.start", { turnId, message: "[long 400 50]" })).status).toBe(200);
    await expect.poll(() => postgres.sql("SELECT FROM turn_chunks WHERE turn_id = $1", [turnId])).not.toEqual([]);
    await victim.end("SIGKILL");
    await leap("-3600");
    const state = "SELECT status, partial::text LIKE '%word1 %' AS kept FROM turns WHERE id = $1";
    await expect
      .poll(() => postgres.sql(state, [turnId]), { timeout: 15_000 })
      .toEqual([{ status: "interrupted", kept: true }]);
  } finally {
    await setClock("+0");
    await victim.end("SIGKILL");
    await provider.goesAway();
  }
});

/** In seconds. */
async function aheadBy(): Promise<number> {
  const [row] = await postgres.sql<{ now: Date }>("SELECT clock_timestamp() AS now");
  return ((row?.now.getTime() ?? 0) - Date.now()) / 1_000;
}

async function leap(offset: string): Promise<void> {
  await setClock(offset);
  await expect(async () => expect(Math.round((await aheadBy()) / 60)).toBe(Number(offset) / 60)).toPass();
}

/** Seconds beside the true time; the library looks again and again. */
async function setClock(offset: string): Promise<void> {
  await writeFile(path.join(folder, "clock"), `${offset}\n`, { mode: 0o644 });
}

function ofClock(): NodeJS.ProcessEnv {
  return {
    LD_PRELOAD: library ?? "",
    FAKETIME_TIMESTAMP_FILE: path.join(folder, "clock"),
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
    FAKETIME_DONT_RESET: "1",
  };
}

function findLibrary(): string | null {
  const root = "/usr/lib";
  const folders = existsSync(root) ? readdirSync(root).map((name) => path.join(root, name, "faketime")) : [];
  return folders.map((each) => path.join(each, "libfaketime.so.1")).find((file) => existsSync(file)) ?? null;
}
