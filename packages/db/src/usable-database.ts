import type { Client } from "pg";
import { UnusableDatabaseError } from "./errors.ts";
import { migrationsTable } from "./migrations/index.ts";

const oldestVersion = 15;

interface Found {
  version: number;
  encoding: string;
  schema: string | null;
  ours: boolean;
  foreign_tables: string[];
  may_create: boolean;
  has_extension: boolean;
}

/** Throws `UnusableDatabaseError` for what a migration would fail on, with words that tell nobody what to do. */
export async function refuseUnusable(owner: Client): Promise<void> {
  const found = await look(owner);
  const problem = problemOf(found) ?? (await foreignTables(owner, found)) ?? (found.ours ? null : problemOfNew(found));
  if (problem !== null) throw new UnusableDatabaseError(problem);
}

async function look(owner: Client): Promise<Found> {
  const { rows } = await owner.query<Found>(
    `SELECT current_setting('server_version_num')::int / 10000 AS version,
       current_setting('server_encoding') AS encoding,
       current_schema() AS schema,
       to_regclass('public.${migrationsTable}') IS NOT NULL AS ours,
       ARRAY(SELECT name FROM unnest(ARRAY['users', 'tasks']) name WHERE to_regclass('public.' || name) IS NOT NULL) AS foreign_tables,
       coalesce(has_schema_privilege(to_regnamespace('public')::oid, 'CREATE'), false)
         AND has_database_privilege(current_database(), 'CREATE') AS may_create,
       EXISTS (SELECT FROM pg_available_extensions WHERE name = 'btree_gin') AS has_extension`,
  );
  if (!rows[0]) throw new UnusableDatabaseError("The database does not say what it is.");
  return rows[0];
}

function problemOf({ version, encoding, schema }: Found): string | null {
  if (version < oldestVersion) return `The server is PostgreSQL ${version}; it must be ${oldestVersion} or later.`;
  if (encoding !== "UTF8") return `The database's encoding is ${encoding}; it must be UTF8.`;
  // Tables would be made in the one schema and looked for in the other.
  if (schema === "public") return null;
  return `The schema of DATABASE_URL's role is ${schema ?? "none"}; it must be public: see \`SHOW search_path\`, which a role, a database or the address may set.`;
}

async function foreignTables(owner: Client, found: Found): Promise<string | null> {
  const migrated = found.ours ? await appliedMigrations(owner) : [];
  const ownTables = migrated.some((name) => name.startsWith("People")) ? ["users"] : [];
  if (migrated.some((name) => name.startsWith("Tasks"))) ownTables.push("tasks");
  const foreign = found.foreign_tables.filter((table) => !ownTables.includes(table));
  if (foreign.length === 0) return null;
  return `The database already has a table “${foreign.join("” and “")}” that Holdfast did not make. Nothing was changed: give Holdfast a database of its own.`;
}

async function appliedMigrations(owner: Client): Promise<string[]> {
  const { rows } = await owner.query<{ name: string }>(`SELECT name FROM ${migrationsTable}`);
  return rows.map((row) => row.name);
}

/** Once it is migrated, nothing of this is needed. */
function problemOfNew({ may_create, has_extension }: Found): string | null {
  if (!may_create) {
    return "The role of DATABASE_URL may not make tables and extensions in the database: it must own it (`ALTER DATABASE … OWNER TO …`).";
  }
  if (!has_extension) {
    return "The server lacks the extension btree_gin: install PostgreSQL's contrib modules (often the package postgresql-contrib), or allow it.";
  }
  return null;
}
