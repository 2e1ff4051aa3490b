import { execFileSync } from "node:child_process";
import { chmod, chown, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import pg from "pg";
import { freePort, type ServerProcess } from "../fixtures/server-process.ts";
import { contentOf } from "./fixtures/content.ts";
import { endure } from "./fixtures/endure.ts";
import { PostgresCluster } from "./fixtures/postgres-cluster.ts";
import { postgresPrograms, runProgram, serviceUser, spawnService } from "./fixtures/postgres-programs.ts";
import { serve } from "./fixtures/serve.ts";
import { Workload } from "./fixtures/workload.ts";

test.skip(!postgresPrograms, "needs PostgreSQL's programs (PG_BIN)");

/** What docs/deploy.md tells to do, done as it is written there. */
const guide = await readFile(fileURLToPath(new URL("../../docs/deploy.md", import.meta.url)), "utf8");
const pooler = findPooler();
let postgres: PostgresCluster;

test.beforeEach(async () => {
  postgres = await PostgresCluster.start();
});

test.afterEach(async () => {
  await postgres.destroy();
});

test("R-SEC-1: roles made by hand, for an owner who may make none", async () => {
  await makeRolesByHand();
  const server = await serve(environmentOf("### Roles by hand", { "db.example.org": `127.0.0.1:${postgres.port}` }));
  await works(server);
  expect(await postgres.sql("SELECT rolname FROM pg_roles WHERE rolname LIKE 'holdfast%' AND rolcreaterole")).toEqual(
    [],
  );
  await server.end();
});

test("R-OPS-5: two servers behind a pooler in transaction mode, which is killed and started again", async () => {
  test.skip(!pooler, "needs PgBouncer");
  await makeRolesByHand();
  const port = await freePort();
  let process = await startPooler(port);
  const env = environmentOf("### A pooler", {
    "db.example.org": `127.0.0.1:${postgres.port}`,
    "127.0.0.1:6432": `127.0.0.1:${port}`,
  });
  const servers = await Promise.all([serve(env), serve(env)]);
  for (const server of servers) await works(server);
  await endure(await Workload.of(3, servers[0]?.url ?? "", postgres.sql), servers, {
    name: "the pooler is killed",
    cause: () => process.kill("SIGKILL"),
    lastsMs: 3_000,
    mend: async () => {
      process = await startPooler(port);
    },
    refuses: "all",
  });
  await Promise.all(servers.map((server) => server.end()));
  process.kill("SIGKILL");
});

test("R-OPS-5: a dump of the owner, restored on another server, is the same to the last row, and serves", async () => {
  const server = await serve({ DATABASE_URL: postgres.url() });
  const workload = await Workload.of(3, server.url, postgres.sql);
  workload.begin();
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  await workload.end();
  await workload.check();
  const dump = path.join(postgres.folder, "holdfast.dump");
  await runOfGuide("pg_dump", { DATABASE_URL: postgres.url(), "holdfast.dump": dump });
  await server.end();

  const other = await PostgresCluster.start();
  try {
    const migrating = await serve({ DATABASE_URL: other.url() });
    await migrating.end();
    await runOfGuide("pg_restore", { DATABASE_URL: other.url(), "holdfast.dump": dump });
    expect(await contentOf(other.sql)).toEqual(await contentOf(postgres.sql));
    expect(await privilegesOf(other)).toEqual(await privilegesOf(postgres));
    const restored = await serve({ DATABASE_URL: other.url() });
    await works(restored, other);
    await restored.end();
  } finally {
    await other.destroy();
  }
});

test("R-OPS-5: after the secret was changed the roles follow, and tokens of before are refused", async () => {
  const first = await serve({ DATABASE_URL: postgres.url() });
  const workload = await Workload.of(1, first.url, postgres.sql);
  await first.end();
  const second = await serve({
    DATABASE_URL: postgres.url(),
    BETTER_AUTH_SECRET: "another secret, of the same length",
  });
  expect((await fetch(`${second.url}/api/health/ready`)).status).toBe(200);
  const [token] = workload.tokens;
  const { sub } = JSON.parse(Buffer.from(token?.split(".")[1] ?? "", "base64url").toString());
  const answer = await fetch(`${second.url}/api/${sub}/conversations`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(answer.status).toBe(401);
  await second.end();
});

async function works(server: ServerProcess, cluster = postgres): Promise<void> {
  const workload = await Workload.of(1, server.url, cluster.sql);
  await workload.untilWell();
  await workload.check();
}

/** By an administrator who is no superuser, as on a managed server. */
async function makeRolesByHand(): Promise<void> {
  await postgres.administer(
    "DROP DATABASE holdfast",
    "DROP ROLE holdfast",
    "CREATE ROLE admin LOGIN CREATEROLE CREATEDB PASSWORD 'for a test'",
  );
  const statements = /```sql\n-- by hand\n([\s\S]*?)```/.exec(guide)?.[1] ?? "";
  const admin = new pg.Client({ connectionString: postgres.url("admin", "postgres") });
  await admin.connect();
  for (const statement of statements.split(";\n").filter(Boolean)) await admin.query(statement);
  await admin.end();
}

/** The variables of the section's block of them, with the addresses of this test. */
function environmentOf(section: string, addresses: Record<string, string>): Record<string, string> {
  const block = /```sh\n(DATABASE_URL=[\s\S]*?)```/.exec(guide.slice(guide.indexOf(section)))?.[1] ?? "";
  const env: Record<string, string> = {};
  for (const [, name = "", value = ""] of block.matchAll(/^(\w+)='(.*)'$/gm)) {
    env[name] = Object.entries(addresses).reduce((text, [from, to]) => text.replaceAll(from, to), value);
  }
  return env;
}

/** Runs the program as the guide's line has it. */
async function runOfGuide(program: string, values: Record<string, string>): Promise<void> {
  const line = new RegExp(`^${program} (.*)$`, "m").exec(guide)?.[1] ?? "";
  const filled = Object.entries(values).reduce(
    (text, [name, value]) => text.replace(`"$${name}"`, value).replace(name, value),
    line,
  );
  await runProgram(program, filled.split(/\s+/));
}

async function startPooler(port: number) {
  const config = /```ini\n([\s\S]*?)```/.exec(guide)?.[1] ?? "";
  const users = path.join(postgres.folder, "userlist.txt");
  const file = path.join(postgres.folder, "pgbouncer.ini");
  const roles = ["holdfast", "holdfast_app", "holdfast_auth", "holdfast_tasks"];
  const passwordOf = (role: string) => `${role.split("_")[1] ?? "owner"} password`;
  await writeFile(users, roles.map((role) => `"${role}" "${passwordOf(role)}"\n`).join(""));
  await writeFile(
    file,
    `${config
      .replace("host=db.example.org port=5432", `host=127.0.0.1 port=${postgres.port}`)
      .replace("6432", String(port))
      .replace("/etc/pgbouncer/userlist.txt", users)}\nunix_socket_dir =\n`,
  );
  for (const each of [users, file]) {
    await chmod(each, 0o600);
    if (serviceUser) await chown(each, serviceUser.uid, serviceUser.gid);
  }
  const child = spawnService(pooler ?? "", [file]);
  child.stderr?.resume();
  child.stdout?.resume();
  await expect(async () => {
    const client = new pg.Client({
      connectionString: `postgres://holdfast_app:app%20password@127.0.0.1:${port}/holdfast`,
    });
    try {
      await client.connect();
    } catch (error) {
      // Before the first start nobody may connect but by PgBouncer itself: an answer of PostgreSQL is one.
      if (!(error instanceof pg.DatabaseError)) throw error;
    } finally {
      await client.end().catch(() => {});
    }
  }).toPass({ intervals: [50] });
  return child;
}

async function privilegesOf(cluster: PostgresCluster): Promise<unknown> {
  const relations =
    "SELECT relname, relacl::text, relforcerowsecurity FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1";
  const functions = "SELECT proname, proacl::text FROM pg_proc WHERE proowner = 'holdfast'::regrole ORDER BY 1";
  const policies = "SELECT policyname, roles::text, qual FROM pg_policies ORDER BY 1";
  return Promise.all([relations, functions, policies].map((text) => cluster.sql(text)));
}

function findPooler(): string | null {
  try {
    return execFileSync("sh", ["-c", "command -v pgbouncer || ls /usr/sbin/pgbouncer"], { encoding: "utf8" }).trim();
  } catch {
    return null;
  }
}
