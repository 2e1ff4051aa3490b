import { expect, test } from "@playwright/test";
import pg from "pg";
import type { ServerProcess } from "../fixtures/server-process.ts";
import { endure, type Trouble } from "./fixtures/endure.ts";
import { PostgresCluster } from "./fixtures/postgres-cluster.ts";
import { postgresPrograms } from "./fixtures/postgres-programs.ts";
import { serve } from "./fixtures/serve.ts";
import { Workload } from "./fixtures/workload.ts";

test.skip(!postgresPrograms, "needs PostgreSQL's programs (PG_BIN)");

/** One server for all of it: what a fault leaves behind must not matter to the next. */
let postgres: PostgresCluster;
let server: ServerProcess;
let workload: Workload;

test.beforeAll(async () => {
  postgres = await PostgresCluster.start({ settings: { max_connections: "40" } });
  server = await serve({ DATABASE_URL: postgres.url() });
  workload = await Workload.of(3, server.url, postgres.sql);
});

test.afterAll(async () => {
  await server?.end();
  await postgres?.destroy();
});

test.afterEach(async () => {
  const { status, expectedStatus } = test.info();
  if (status !== expectedStatus) await test.info().attach("server output", { body: server.output });
});

const hoarders: pg.Client[] = [];

const troubles: Trouble[] = [
  {
    name: "PostgreSQL is stopped and started",
    cause: () => postgres.end(),
    lastsMs: 3_000,
    mend: () => postgres.begin(),
    refuses: "all",
  },
  {
    name: "PostgreSQL is restarted in the middle of everything",
    cause: () => postgres.end("immediate"),
    lastsMs: 0,
    mend: () => postgres.begin(),
    refuses: "maybe",
  },
  {
    name: "PostgreSQL is killed",
    cause: () => postgres.kill(),
    lastsMs: 3_000,
    mend: () => postgres.begin(),
    refuses: "all",
  },
  {
    name: "PostgreSQL hangs",
    cause: () => postgres.pause(),
    lastsMs: 8_000,
    mend: () => postgres.resume(),
    refuses: "all",
  },
  {
    name: "PostgreSQL stores slowly, but in time",
    cause: () => slowDown(1),
    lastsMs: 4_000,
    mend: () => postgres.sql("DROP FUNCTION slow_down CASCADE"),
    refuses: "maybe",
  },
  {
    name: "PostgreSQL stores too slowly",
    cause: () => slowDown(7),
    lastsMs: 8_000,
    mend: () => postgres.sql("DROP FUNCTION slow_down CASCADE"),
    refuses: "writes",
  },
  {
    name: "PostgreSQL is out of connections",
    cause: takeAllConnections,
    lastsMs: 4_000,
    mend: () => Promise.all(hoarders.splice(0).map((hoarder) => hoarder.end())),
    refuses: "all",
  },
  {
    name: "PostgreSQL takes no writes",
    cause: () => postgres.set("default_transaction_read_only", "on"),
    lastsMs: 4_000,
    mend: () => postgres.set("default_transaction_read_only", "off"),
    refuses: "writes",
  },
];

for (const trouble of troubles) {
  test(`R-OPS-3: ${trouble.name}: who is refused gets a 503 within 5 s, nothing acknowledged is lost, no restart is needed`, async () => {
    await endure(workload, [server], trouble);
    expect((await fetch(`${server.url}/api/health/ready`)).status).toBe(200);
  });
}

test("R-OPS-4: the process lives while its database is away, and says that it is not ready", async () => {
  await postgres.end();
  expect((await fetch(`${server.url}/api/health/live`)).status).toBe(200);
  expect((await fetch(`${server.url}/api/health/ready`)).status).toBe(503);
  expect((await fetch(`${server.url}/new`)).status).toBe(503);
  await postgres.begin();
  await expect(async () => expect((await fetch(`${server.url}/api/health/ready`)).status).toBe(200)).toPass();
});

async function slowDown(seconds: number): Promise<void> {
  await postgres.sql(`
    CREATE FUNCTION slow_down() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(${seconds}); RETURN NEW; END $$;
    CREATE TRIGGER slow_down BEFORE INSERT ON messages FOR EACH STATEMENT EXECUTE FUNCTION slow_down()`);
}

/** Somebody else takes every connection that there is; the server's own break. */
async function takeAllConnections(): Promise<void> {
  const ours = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'holdfast%'";
  for (let full = false; !full; ) {
    await postgres.sql(ours);
    const hoarder = new pg.Client({ connectionString: postgres.url(), application_name: "hoarder" });
    hoarder.on("error", () => {}); // it ends with its server
    try {
      await hoarder.connect();
      hoarders.push(hoarder);
    } catch {
      full = true; // but for those that are kept for superusers
    }
  }
}
