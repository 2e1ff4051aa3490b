import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import { PostgresCluster } from "./fixtures/postgres-cluster.ts";
import { postgresPrograms } from "./fixtures/postgres-programs.ts";
import { environment, serve } from "./fixtures/serve.ts";

test.skip(!postgresPrograms, "needs PostgreSQL's programs (PG_BIN)");

const migrate = fileURLToPath(new URL("../../packages/db/dist/migrate.js", import.meta.url));
const all = ["People", "Tasks", "Chat", "Search", "MoveGuest", "LongTexts", "TaskLimit"];
let postgres: PostgresCluster;

test.beforeAll(async () => {
  postgres = await PostgresCluster.start();
});

test.beforeEach(async () => {
  await postgres.administer(
    "DROP DATABASE holdfast WITH (FORCE)",
    "CREATE DATABASE holdfast OWNER holdfast TEMPLATE template0",
  );
});

test.afterAll(async () => {
  await postgres?.destroy();
});

test("R-OPS-2: three servers that start at once on an empty database migrate it once, and all serve", async () => {
  const servers = await Promise.all([1, 2, 3].map(() => serve({ DATABASE_URL: postgres.url() })));
  expect(await migrations()).toEqual(all);
  for (const { url } of servers) expect((await fetch(`${url}/api/health/ready`)).status).toBe(200);
  await Promise.all(servers.map((server) => server.end()));
});

test("R-OPS-2: a migration that is killed in the middle leaves nothing of itself; the next start runs it again", async () => {
  await postgres.sql(`
    CREATE FUNCTION hold_up() RETURNS event_trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity = 'public.messages') THEN
        PERFORM pg_sleep(3);
      END IF;
    END $$;
    CREATE EVENT TRIGGER hold_up ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION hold_up()`);
  const killed = startMigrating();
  await expect(async () => expect(await busy()).toContain("PgSleep")).toPass({ intervals: [50] });
  killed.kill("SIGKILL");
  await once(killed, "exit");
  await expect(async () => expect(await busy()).toEqual([])).toPass();
  expect(await migrations()).toEqual(["People", "Tasks"]);
  expect(
    await postgres.sql("SELECT to_regclass('conversations') AS is, to_regclass('tasks') IS NOT NULL AS was"),
  ).toEqual([{ is: null, was: true }]);
  // One that waits for the next to finish, and the next.
  const servers = await Promise.all([1, 2].map(() => serve({ DATABASE_URL: postgres.url() })));
  expect(await migrations()).toEqual(all);
  await Promise.all(servers.map((server) => server.end()));
});

function startMigrating(): ChildProcess {
  const { PATH } = process.env;
  const env = { PATH, ...environment({ DATABASE_URL: postgres.url() }) };
  return spawn(process.execPath, [migrate], { env, stdio: "ignore" });
}

/** What sessions of the owner wait for. */
async function busy(): Promise<(string | null)[]> {
  const rows = await postgres.sql<{ waits: string | null }>(
    "SELECT wait_event AS waits FROM pg_stat_activity WHERE usename = 'holdfast'",
  );
  return rows.map(({ waits }) => waits);
}

async function migrations(): Promise<string[]> {
  const rows = await postgres.sql<{ name: string }>("SELECT name FROM holdfast_migrations ORDER BY id");
  return rows.map(({ name }) => name.replace(/\d+$/, ""));
}
