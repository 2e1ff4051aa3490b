import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { Client, escapeIdentifier } from "pg";
import { DataSource } from "typeorm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "../database.ts";
import { entities } from "../entities/index.ts";
import { migrateDatabase, migrationSource } from "../migrate-database.ts";
import { type RoleNames, urlForDatabase } from "../roles.ts";
import { claimTestServer, type TestServer } from "../test-server.ts";
import { migrationsFor } from "./index.ts";
import { describeTables } from "./table-description.ts";

const secret = "a secret for migrations";
let server: TestServer;
let admin: Client;
const made: string[] = [];

beforeAll(async () => {
  server = await claimTestServer();
  admin = new Client({ connectionString: server.url });
  await admin.connect();
});

afterAll(async () => {
  for (const name of made) {
    await admin.query(`DROP DATABASE "${name}" WITH (FORCE)`);
    for (const role of ["app", "auth", "tasks"]) await admin.query(`DROP ROLE IF EXISTS "${name}_${role}"`);
  }
  await admin.end();
  await server.release();
});

async function emptyDatabase(options = ""): Promise<string> {
  const name = `migrations_${process.pid}_${randomBytes(4).toString("hex")}`;
  await admin.query(`CREATE DATABASE "${name}" ${options}`);
  made.push(name);
  return urlForDatabase(server.url, name);
}

async function connected<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function rolesOf(url: string): RoleNames {
  const database = new URL(url).pathname.slice(1);
  const owner = new URL(url).username;
  return { owner, app: `${database}_app`, auth: `${database}_auth`, tasks: `${database}_tasks` };
}

/** Takes migrations back, the newest first, down to the one whose name begins so, which is taken back too. */
async function undoTo(source: DataSource, name: string): Promise<void> {
  for (let undone = ""; !undone.startsWith(name); ) {
    const [newest] = await source.query("SELECT name FROM holdfast_migrations ORDER BY id DESC LIMIT 1");
    undone = newest.name;
    await source.undoLastMigration();
  }
}

const howMany = migrationsFor({ owner: "", app: "", auth: "", tasks: "" }).length;

describe("migrations", () => {
  it("R-OPS-2: run twice, they change nothing more", async () => {
    const ownerUrl = await emptyDatabase();
    const first = await migrateDatabase({ ownerUrl, secret });
    const second = await migrateDatabase({ ownerUrl, secret });
    expect(first.applied).toHaveLength(howMany);
    expect(second.applied).toEqual([]);
    expect(second.urls).toEqual(first.urls);
  });

  it("R-OPS-2: run by two processes at once, each migration is applied once", async () => {
    const ownerUrl = await emptyDatabase();
    const script = new URL("../../dist/migrate.js", import.meta.url).pathname;
    const env = { ...process.env, DATABASE_URL: ownerUrl, BETTER_AUTH_SECRET: secret };
    const runs = await Promise.all([1, 2, 3].map(() => promisify(execFile)(process.execPath, [script], { env })));
    const said = runs.map(({ stdout }) => stdout.trim()).sort();
    expect(said.filter((line) => line === "The database is up to date.")).toHaveLength(2);
    const rows = await connected(ownerUrl, (client) => client.query("SELECT name FROM holdfast_migrations"));
    expect(rows.rowCount).toBe(howMany);
  });

  it("R-OPS-2: the entities describe exactly the schema that the migrations make", async () => {
    const ownerUrl = await emptyDatabase();
    await migrateDatabase({ ownerUrl, secret });
    const dataSource = await new DataSource({
      type: "postgres",
      url: ownerUrl,
      entities,
      installExtensions: false,
      uuidExtension: "pgcrypto",
    }).initialize();
    const log = await dataSource.driver.createSchemaBuilder().log();
    await dataSource.destroy();
    expect(log.upQueries.map((query) => query.query)).toEqual([]);
  });

  it("R-TASK-1: the chat migration leaves users and tasks as they were, up and down", async () => {
    const ownerUrl = await emptyDatabase();
    await migrateDatabase({ ownerUrl, secret });
    const source = await migrationSource(ownerUrl, rolesOf(ownerUrl)).initialize();
    try {
      await undoTo(source, "Chat");
      await source.query("INSERT INTO users (name, email) VALUES ('Ada', 'ada@example.com')");
      await source.query("INSERT INTO tasks (user_id, title) SELECT id, 'Write' FROM users");
      const before = await describeTables(source, ["users", "tasks"]);
      expect(before.users?.columns.length).toBeGreaterThan(5);
      expect(before.tasks?.policies.length).toBe(2);
      await source.runMigrations();
      await undoTo(source, "TaskLimit"); // which is theirs
      expect(await describeTables(source, ["users", "tasks"])).toEqual(before);
      await undoTo(source, "Chat");
      expect(await describeTables(source, ["users", "tasks"])).toEqual(before);
    } finally {
      await source.destroy();
    }
  });

  it("R-OPS-2: what was stored before the search changed is found after it", async () => {
    const ownerUrl = await emptyDatabase();
    await migrateDatabase({ ownerUrl, secret });
    const source = await migrationSource(ownerUrl, rolesOf(ownerUrl)).initialize();
    try {
      await undoTo(source, "Search");
      await source.query("INSERT INTO users (name) VALUES ('Ada')");
      await source.query("INSERT INTO conversations (user_id, title, message_count) SELECT id, 't', 1 FROM users");
      await source.query(
        "INSERT INTO messages (user_id, conversation_id, position, role, content) SELECT user_id, id, 1, 'user', '明日の天気予報' FROM conversations",
      );
      await source.runMigrations();
    } finally {
      await source.destroy();
    }
    const database = await openDatabase({ ownerUrl, secret });
    const [person] = await connected(ownerUrl, async (client) => (await client.query("SELECT id FROM users")).rows);
    expect(await database.forUser(person.id).search("予報", 5)).toHaveLength(1);
    await database.close();
  });

  it("R-OPS-2: every down works, and up again after it", async () => {
    const ownerUrl = await emptyDatabase();
    await migrateDatabase({ ownerUrl, secret });
    const source = await migrationSource(ownerUrl, rolesOf(ownerUrl)).initialize();
    try {
      await undoTo(source, "People");
      const left = await source.query(
        `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
         UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
           AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')`,
      );
      expect(left).toEqual([{ name: "holdfast_migrations" }]);
      expect(await source.runMigrations()).toHaveLength(howMany);
    } finally {
      await source.destroy();
    }
  });

  it.each(["users", "tasks"])(
    "R-TASK-1: a database with somebody else's %s is refused and left untouched",
    async (table) => {
      const ownerUrl = await emptyDatabase();
      await connected(ownerUrl, (client) => client.query(`CREATE TABLE ${table} (id int)`));
      const opening = openDatabase({ ownerUrl, secret });
      await expect(opening).rejects.toThrow(`The database already has a table “${table}” that Holdfast did not make.`);
      const { rows } = await connected(ownerUrl, (client) =>
        client.query("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"),
      );
      expect(rows).toEqual([{ relname: table }]);
      const roles = await admin.query("SELECT FROM pg_roles WHERE rolname = $1", [rolesOf(ownerUrl).app]);
      expect(roles.rowCount).toBe(0);
    },
  );

  it("R-OPS-1: a database may be called anything", async () => {
    const name = `My "chats" of Bob's ü 50% ${randomBytes(4).toString("hex")}`;
    await admin.query(`CREATE DATABASE ${escapeIdentifier(name)}`);
    try {
      const database = await openDatabase({ ownerUrl: urlForDatabase(server.url, name), secret });
      expect(await database.isReady()).toBe(true);
      await database.close();
    } finally {
      await admin.query(`DROP DATABASE ${escapeIdentifier(name)} WITH (FORCE)`);
      for (const role of ["app", "auth", "tasks"]) {
        await admin.query(`DROP ROLE IF EXISTS ${escapeIdentifier(`${name}_${role}`)}`);
      }
    }
  });

  it("R-OPS-1: a database whose tables would be made in another schema is refused and left untouched", async () => {
    const ownerUrl = await emptyDatabase();
    await connected(ownerUrl, (client) => client.query("CREATE SCHEMA chat"));
    const address = new URL(ownerUrl);
    address.searchParams.set("options", "-c search_path=chat,public");
    await expect(openDatabase({ ownerUrl: address.href, secret })).rejects.toThrow(
      "The schema of DATABASE_URL's role is chat; it must be public",
    );
    const { rows } = await connected(ownerUrl, (client) =>
      client.query("SELECT relname FROM pg_class WHERE relnamespace IN ('public'::regnamespace, 'chat'::regnamespace)"),
    );
    expect(rows).toEqual([]);
  });

  it("R-OPS-1: a role that may not make what the migrations make is refused before the first of them", async () => {
    const ownerUrl = await emptyDatabase();
    const role = `${rolesOf(ownerUrl).app}_stranger`;
    await admin.query(`CREATE ROLE "${role}" LOGIN CREATEROLE PASSWORD 'p'`);
    try {
      await connected(ownerUrl, (client) => client.query(`GRANT ALL ON SCHEMA public TO "${role}"`));
      const stranger = new URL(ownerUrl);
      stranger.username = role;
      stranger.password = "p";
      await expect(openDatabase({ ownerUrl: stranger.href, secret })).rejects.toThrow("it must own it");
      const { rows } = await connected(ownerUrl, (client) =>
        client.query("SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace"),
      );
      expect(rows).toEqual([]);
    } finally {
      await connected(ownerUrl, (client) => client.query(`REVOKE ALL ON SCHEMA public FROM "${role}"`));
      await admin.query(`DROP ROLE "${role}"`);
    }
  });

  it("R-MSG-5: a database that would count bytes is refused", async () => {
    const ownerUrl = await emptyDatabase("ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0");
    await expect(openDatabase({ ownerUrl, secret })).rejects.toThrow("encoding is SQL_ASCII; it must be UTF8");
  });

  it("R-SEC-1: roles made by hand are used, and none is made", async () => {
    const ownerUrl = await emptyDatabase();
    const names = rolesOf(ownerUrl);
    const byHand = (role: string) => {
      const url = new URL(ownerUrl);
      url.username = role;
      url.password = "by-hand";
      return url.toString();
    };
    for (const role of [names.app, names.auth, names.tasks]) {
      await admin.query(`CREATE ROLE "${role}" LOGIN PASSWORD 'by-hand'`);
    }
    const servingUrls = { app: byHand(names.app), auth: byHand(names.auth), tasks: byHand(names.tasks) };
    const database = await openDatabase({ ownerUrl, secret, servingUrls });
    expect(await database.isReady()).toBe(true);
    expect(database.urls).toEqual(servingUrls);
    await database.close();
    const mistaken = { ...servingUrls, auth: servingUrls.auth.replace("by-hand", "by-mistake") };
    await expect(openDatabase({ ownerUrl, secret, servingUrls: mistaken })).rejects.toThrow(
      /^AUTH_DATABASE_URL leads to no database that can be used/,
    );
  });

  it("R-OPS-1: another secret gives the roles other passwords, and works", async () => {
    const ownerUrl = await emptyDatabase();
    const first = await migrateDatabase({ ownerUrl, secret });
    const second = await migrateDatabase({ ownerUrl, secret: "another secret" });
    expect(second.urls.app).not.toBe(first.urls.app);
    await expect(connected(first.urls.app, (client) => client.query("SELECT 1"))).rejects.toThrow("password");
    await connected(second.urls.app, (client) => client.query("SELECT 1"));
  });
});
