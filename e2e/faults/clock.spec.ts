import { existsSync, readdirSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, test } from "@playwright/test";
import type { ServerProcess } from "../fixtures/server-process.ts";
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
      cause: async () => {
        await setClock(offset);
        await expect(async () => expect(Math.round((await aheadBy()) / 60)).toBe(Number(offset) / 60)).toPass();
      },
      lastsMs: 4_000,
      mend: () => setClock("+0"),
      refuses: "maybe",
    });
  });
}

/** In seconds. */
async function aheadBy(): Promise<number> {
  const [row] = await postgres.sql<{ now: Date }>("SELECT clock_timestamp() AS now");
  return ((row?.now.getTime() ?? 0) - Date.now()) / 1_000;
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
