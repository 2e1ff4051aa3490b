import { randomUUID } from "node:crypto";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { derivedRoleName, rolePassword } from "./roles.ts";
import { createTestUser, openTestDatabase, type TestDatabase } from "./testing.ts";

let db: TestDatabase;
let app: Client;
let auth: Client;
let tasks: Client;
let ada: string;
let bob: string;
let conversationId: string;

beforeAll(async () => {
  db = await openTestDatabase();
  [app, auth, tasks] = await Promise.all([db.asRole("app"), db.asRole("auth"), db.asRole("tasks")]);
  ada = (await createTestUser(db)).id;
  bob = (await createTestUser(db)).id;
  const store = db.forUser(ada);
  conversationId = (await store.createConversation({ title: "Ada's" })).id;
  await store.addMessage(conversationId, "user", "secret of Ada");
  await store.addTask({ title: "Ada's task" });
  const { runner } = await db.runners.register();
  const turnId = randomUUID();
  await store.startTurn({ turnId, conversationId, prompt: "p", model: "m", title: "t", runner });
  const events = [{ type: "text" as const, step: 0, delta: "x" }];
  await db.runners.appendChunks(runner, [{ userId: ada, conversationId, turnId, seq: 1, events }]);
});

afterAll(() => db.close());

const protectedTables = ["conversations", "messages", "turns", "turn_chunks", "tasks"];

async function as<T>(client: Client, userId: string | null, work: () => Promise<T>): Promise<T> {
  await client.query("BEGIN");
  try {
    if (userId) await client.query("SELECT set_config('app.user_id', $1, true)", [userId]);
    return await work();
  } finally {
    await client.query("ROLLBACK");
  }
}

describe("row-level security, with the filter left out", () => {
  it.each(protectedTables)("R-SEC-1: %s shows its owner's rows only", async (table) => {
    const count = async () => (await app.query(`SELECT FROM ${table}`)).rowCount;
    expect(await as(app, ada, count)).toBe(1);
    expect(await as(app, bob, count)).toBe(0);
    expect(await as(app, null, count)).toBe(0);
  });

  it.each(["conversations", "turns", "turn_chunks", "tasks"])(
    "R-SEC-1: nobody else changes or deletes %s",
    async (table) => {
      for (const userId of [bob, null]) {
        const changed = await as(app, userId, () => app.query(`UPDATE ${table} SET user_id = user_id`));
        expect(changed.rowCount).toBe(0);
        expect((await as(app, userId, () => app.query(`DELETE FROM ${table}`))).rowCount).toBe(0);
      }
    },
  );

  it("R-SEC-1: nothing can be inserted for, or given to, somebody else", async () => {
    const insert = "INSERT INTO conversations (user_id, title) VALUES ($1, 'planted')";
    await expect(as(app, bob, () => app.query(insert, [ada]))).rejects.toThrow("row-level security");
    await expect(as(app, null, () => app.query(insert, [ada]))).rejects.toThrow("row-level security");
    const give = "UPDATE tasks SET user_id = $1";
    await expect(as(app, ada, () => app.query(give, [bob]))).rejects.toThrow("row-level security");
  });

  it("R-SEC-1: the setting of one transaction does not reach the next", async () => {
    await as(app, ada, async () => {});
    expect((await app.query("SELECT FROM messages")).rowCount).toBe(0);
  });

  it("R-SEC-1: protection is enabled and forced, and there is one policy for the owner", async () => {
    const rows = await db.sql<{ relname: string; forced: boolean; owner_sees: boolean }>(
      `SELECT relname, relrowsecurity AND relforcerowsecurity AS forced, EXISTS (
         SELECT FROM pg_policy WHERE polrelid = c.oid AND polroles = ARRAY[c.relowner] AND pg_get_expr(polqual, polrelid) = 'true'
       ) AS owner_sees FROM pg_class c WHERE relname = ANY ($1) ORDER BY relname`,
      [protectedTables],
    );
    expect(rows).toEqual([...protectedTables].sort().map((relname) => ({ relname, forced: true, owner_sees: true })));
  });

  it("R-SEC-1: no table with a user's rows is open to a serving role without protection", async () => {
    const open = await db.sql<{ relname: string }>(
      `SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'user_id'
       WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND NOT c.relforcerowsecurity
         AND EXISTS (SELECT FROM unnest($1::text[]) AS role WHERE has_any_column_privilege(role, c.oid, 'SELECT'))`,
      [[app.user, tasks.user]],
    );
    expect(open).toEqual([]);
  });
});

describe("the application's role", () => {
  it("R-MSG-7: cannot change or delete a message, not even its user's", async () => {
    await expect(as(app, ada, () => app.query("UPDATE messages SET content = 'x'"))).rejects.toThrow(
      "permission denied",
    );
    await expect(as(app, ada, () => app.query("DELETE FROM messages"))).rejects.toThrow("permission denied");
    await expect(as(app, ada, () => app.query("TRUNCATE messages"))).rejects.toThrow("permission denied");
  });

  it.each(["sessions", "accounts", "verifications"])("R-SEC-1: cannot read %s", async (table) => {
    await expect(app.query(`SELECT FROM ${table}`)).rejects.toThrow("permission denied");
  });

  it("R-SEC-1: can neither change people nor read who they are", async () => {
    await expect(app.query("UPDATE users SET name = 'x'")).rejects.toThrow("permission denied");
    await expect(app.query("DELETE FROM users")).rejects.toThrow("permission denied");
    await expect(app.query("SELECT id FROM users")).rejects.toThrow("permission denied");
  });

  it("R-SEC-1: owns nothing, makes nothing, and has no special powers", async () => {
    const [role] = await db.sql(
      `SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolinherit,
         (SELECT count(*)::int FROM pg_class WHERE relowner = r.oid) AS owned,
         (SELECT count(*)::int FROM pg_auth_members WHERE member = r.oid) AS memberships
       FROM pg_roles r WHERE rolname = $1`,
      [decodeURIComponent(new URL(db.urls.app).username)],
    );
    expect(role).toEqual({
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolinherit: false,
      owned: 0,
      memberships: 0,
    });
    await expect(app.query("CREATE TABLE mine (id int)")).rejects.toThrow("permission denied");
  });
});

describe("the other roles", () => {
  it("R-SEC-5: the tool server's has tasks, and nothing whatever else", async () => {
    const allowed = await db.sql<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
         AND (has_table_privilege($1, oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
           OR has_any_column_privilege($1, oid, 'SELECT, INSERT, UPDATE, REFERENCES'))
       UNION ALL SELECT proname FROM pg_proc WHERE prosecdef AND has_function_privilege($1, oid, 'EXECUTE')`,
      [decodeURIComponent(new URL(db.urls.tasks).username)],
    );
    expect(allowed).toEqual([{ name: "tasks" }]);
    for (const table of ["conversations", "messages", "turns", "turn_chunks", "users", "sessions", "accounts"]) {
      await expect(tasks.query(`SELECT FROM ${table}`)).rejects.toThrow("permission denied");
    }
  });

  it("R-SEC-5: the tool server sees and changes only the calling user's tasks", async () => {
    const read = async () => (await tasks.query("SELECT title FROM tasks")).rows;
    expect(await as(tasks, ada, read)).toEqual([{ title: "Ada's task" }]);
    expect(await as(tasks, bob, read)).toEqual([]);
    expect((await as(tasks, bob, () => tasks.query("DELETE FROM tasks"))).rowCount).toBe(0);
    const plant = "INSERT INTO tasks (user_id, title) VALUES ($1, 'planted')";
    await expect(as(tasks, bob, () => tasks.query(plant, [ada]))).rejects.toThrow("row-level security");
  });

  it("R-SEC-1: Better Auth's has people and sessions, and no chat", async () => {
    await auth.query("SELECT * FROM users, sessions, accounts, verifications");
    for (const table of [...protectedTables, "rate_limits", "runners"]) {
      await expect(auth.query(`SELECT FROM ${table}`)).rejects.toThrow("permission denied");
    }
  });

  it("R-SEC-1: each function that sees everybody's rows is one role's alone, and its search path is fixed", async () => {
    const functions = await db.sql<{ proname: string; roles: string[]; proconfig: string[]; public: boolean }>(
      `SELECT proname, proconfig, EXISTS (SELECT FROM aclexplode(proacl) a WHERE a.grantee = 0) AS public,
         ARRAY(SELECT regexp_replace(rolname, '.*_', '') FROM pg_roles
               WHERE oid <> proowner AND NOT rolsuper AND has_function_privilege(oid, p.oid, 'EXECUTE')) AS roles
       FROM pg_proc p WHERE prosecdef AND pronamespace = 'public'::regnamespace ORDER BY proname`,
    );
    expect(functions.map(({ proname, roles }) => [proname, roles])).toEqual([
      ["append_turn_chunks", ["app"]],
      ["conversation_exists", ["app"]],
      ["delete_unused_guests", ["auth"]],
      ["move_guest", ["auth"]],
      ["search_messages", ["app"]],
      ["sweep_turns", ["app"]],
    ]);
    for (const one of functions) {
      const alone = one.proname === "search_messages" ? ["max_parallel_workers_per_gather=0"] : [];
      expect(one).toMatchObject({ public: false, proconfig: ["search_path=pg_catalog, public", ...alone] });
    }
  });

  it("R-SEC-1, R-SEC-4: the application can delete nobody, change nobody and give nobody's things away", async () => {
    for (const attempt of [
      "DELETE FROM users WHERE id = $1",
      "UPDATE users SET is_anonymous = true WHERE id = $1",
      "SELECT move_guest($1, $1)",
      "SELECT delete_unused_guests(now(), 1 + ($1::uuid IS NULL)::int)",
    ]) {
      await expect(
        as(app, bob, () => app.query(attempt, [ada])),
        attempt,
      ).rejects.toThrow("permission denied");
    }
    expect(await db.identity.findPerson(ada)).not.toBeNull();
  });

  it("R-SEC-1: nobody but the four roles connects to the database", async () => {
    const [row] = await db.sql(
      `SELECT EXISTS (SELECT FROM aclexplode(datacl) a WHERE a.grantee = 0) AS open FROM pg_database WHERE datname = current_database()`,
    );
    expect(row).toEqual({ open: false });
  });
});

describe("names and passwords", () => {
  it("R-SEC-1: follow from the database's name and the secret", () => {
    expect(derivedRoleName("holdfast", "app")).toBe("holdfast_app");
    const long = "ü".repeat(31);
    expect(Buffer.byteLength(derivedRoleName(long, "tasks"))).toBeLessThanOrEqual(63);
    expect(derivedRoleName(`${long}a`, "app")).not.toBe(derivedRoleName(`${long}b`, "app"));
    expect(rolePassword("secret", "a_app")).toBe(rolePassword("secret", "a_app"));
    expect(rolePassword("secret", "a_app")).not.toBe(rolePassword("secret", "a_auth"));
  });
});
