import { createHash, randomBytes, randomUUID } from "node:crypto";
import { Client, Pool, type QueryResultRow } from "pg";
import { type DatabaseOptions, openDatabase } from "./database.ts";
import { migrateDatabase } from "./migrate-database.ts";
import { migrationsFor } from "./migrations/index.ts";
import { type ServingRole, urlForDatabase } from "./roles.ts";
import { claimTestServer } from "./test-server.ts";
import type { Database } from "./types.ts";

export { setup, teardown } from "./test-server.ts";

export interface TestDatabase extends Database {
  /** The owner's connection string, and what else `openDatabase` needs to open the same database again. */
  options: DatabaseOptions;
  /** As the owner, past row-level security. */
  sql<Row extends QueryResultRow>(text: string, params?: unknown[]): Promise<Row[]>;
  /** A connection of one of the serving roles. Closed with the database. */
  asRole(role: ServingRole): Promise<Client>;
}

const testSecret = "the secret of every test database";
const templateLock = 4_862_170_004;

/** A migrated, empty database of its own for a test file: a copy of a template, on a server that all tests share. */
export async function openTestDatabase(options: { poolSize?: number } = {}): Promise<TestDatabase> {
  const server = await claimTestServer();
  const name = `test_${process.pid}_${randomBytes(5).toString("hex")}`;
  const admin = new Client({ connectionString: server.url });
  await admin.connect();
  await copyTemplate(admin, server.url, name);
  const ownerUrl = urlForDatabase(server.url, name);
  const databaseOptions = { ownerUrl, secret: testSecret, ...options };
  const database = await openDatabase(databaseOptions);
  const owner = new Pool({ connectionString: ownerUrl, max: 3 });
  owner.on("error", () => {}); // the query that is under way reports it
  const clients: Client[] = [];

  async function sql<Row extends QueryResultRow>(text: string, params: unknown[] = []): Promise<Row[]> {
    const { rows } = await owner.query<Row>(text, params);
    return rows;
  }

  return {
    ...database,
    options: databaseOptions,
    sql,

    async asRole(role) {
      const client = new Client({ connectionString: database.urls[role] });
      client.on("error", () => {}); // dropped with its database
      await client.connect();
      clients.push(client);
      return client;
    },

    async close() {
      await database.close();
      for (const client of clients) await client.end();
      await owner.end();
      await admin.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`).catch(() => {}); // a child process may still use it
      await admin.end();
      await server.release();
    },
  };
}

/** A registered person, or a guest. */
export async function createTestUser(
  { sql }: Pick<TestDatabase, "sql">,
  { guest = false, name = "Test" }: { guest?: boolean; name?: string } = {},
): Promise<{ id: string; email: string | null }> {
  const id = randomUUID();
  const email = guest ? null : `${id}@example.com`;
  await sql("INSERT INTO users (id, email, name, is_anonymous) VALUES ($1, $2, $3, $4)", [id, email, name, guest]);
  return { id, email };
}

/** The template is named after the SQL of the migrations, so that a change of theirs makes a new one. */
async function copyTemplate(admin: Client, serverUrl: string, name: string): Promise<void> {
  const database = `holdfast_${await migrationsFingerprint()}`;
  const template = `${database}_template`;
  if (!(await hasDatabase(admin, template))) await makeTemplate(admin, serverUrl, database, template);
  const objectInUse = "55006";
  for (let attempt = 1; ; attempt++) {
    try {
      await admin.query(`CREATE DATABASE "${name}" TEMPLATE "${template}"`);
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== objectInUse || attempt === 20) throw error; // pg's errors carry a code
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function makeTemplate(admin: Client, serverUrl: string, database: string, template: string): Promise<void> {
  await admin.query("SELECT pg_advisory_lock($1)", [templateLock]);
  try {
    if (await hasDatabase(admin, template)) return;
    await admin.query(`DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`);
    await admin.query(`CREATE DATABASE "${database}"`);
    await migrateDatabase({ ownerUrl: urlForDatabase(serverUrl, database), secret: testSecret });
    await admin.query(`ALTER DATABASE "${database}" RENAME TO "${template}"`);
  } finally {
    await admin.query("SELECT pg_advisory_unlock($1)", [templateLock]);
  }
}

async function hasDatabase(admin: Client, name: string): Promise<boolean> {
  const { rowCount } = await admin.query("SELECT FROM pg_database WHERE datname = $1", [name]);
  return (rowCount ?? 0) > 0;
}

async function migrationsFingerprint(): Promise<string> {
  const hash = createHash("sha256");
  const recorder = { query: async (text: string) => void hash.update(text) };
  for (const Migration of migrationsFor({ owner: "owner", app: "app", auth: "auth", tasks: "tasks" })) {
    await new Migration().up(recorder as never); // they use nothing else of it
  }
  return hash.digest("hex").slice(0, 12);
}
