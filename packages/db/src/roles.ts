import { createHash, createHmac } from "node:crypto";
import { Client, DatabaseError, escapeIdentifier, escapeLiteral } from "pg";
import { UnusableDatabaseError } from "./errors.ts";

/** The four roles of a database: its owner migrates, the others serve. */
export interface RoleNames {
  owner: string;
  app: string;
  auth: string;
  tasks: string;
}

export type ServingRole = Exclude<keyof RoleNames, "owner">;
const servingRoles: readonly ServingRole[] = ["app", "auth", "tasks"];

/** Roles belong to the whole server, so their names carry the database's. */
export function derivedRoleName(database: string, role: ServingRole): string {
  const longestName = 63;
  const suffix = `_${role}`;
  if (Buffer.byteLength(database) + suffix.length <= longestName) return `${database}${suffix}`;
  const fingerprint = createHash("sha256").update(database).digest("hex").slice(0, 8);
  return `${Buffer.from(database).toString("utf8", 0, 40)}_${fingerprint}${suffix}`;
}

/** The same in every process that has the secret. */
export function rolePassword(secret: string, name: string): string {
  return createHmac("sha256", secret).update(`database role ${name}`).digest("base64url");
}

/** The connection string of the same database for another role. */
export function urlForRole(url: string, name: string, password: string): string {
  const parsed = new URL(url);
  parsed.username = encodeURIComponent(name);
  parsed.password = encodeURIComponent(password);
  return parsed.toString();
}

export function urlForDatabase(url: string, database: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${encodeURIComponent(database)}`;
  return parsed.toString();
}

/**
 * The names that this database's policies and privileges were given to; null before the first migration.
 * A database made from a template keeps the template's roles.
 */
export async function rolesInUse(owner: Client): Promise<Omit<RoleNames, "owner"> | null> {
  const { rows } = await owner.query<{ policyname: string; roles: string[] }>(
    `SELECT policyname, roles::text[] AS roles FROM pg_policies
     WHERE schemaname = 'public' AND policyname IN ('conversations_own', 'tasks_own')`,
  );
  const app = rows.find((row) => row.policyname === "conversations_own")?.roles[0];
  const tasks = rows.find((row) => row.policyname === "tasks_own")?.roles.find((role) => role !== app);
  if (!app || !tasks) return null;
  const { rows: grantees } = await owner.query<{ grantee: string }>(
    `SELECT DISTINCT r.rolname AS grantee FROM pg_class c, aclexplode(c.relacl) AS acl JOIN pg_roles r ON r.oid = acl.grantee
     WHERE c.oid = 'public.sessions'::regclass`,
  );
  const {
    rows: [me],
  } = await owner.query<{ name: string }>("SELECT current_user AS name");
  const auth = grantees.map((row) => row.grantee).find((name) => name !== me?.name);
  return auth ? { app, auth, tasks } : null;
}

/**
 * Makes the roles, or gives them the password that goes with the secret. Serving roles never own anything.
 * Throws `UnusableDatabaseError` where the owner may not make roles.
 */
export async function ensureRoles(ownerUrl: string, owner: Client, names: Omit<RoleNames, "owner">, secret: string) {
  const all = servingRoles.map((role) => names[role]);
  const usable = await Promise.all(
    all.map((name) => canConnect(urlForRole(ownerUrl, name, rolePassword(secret, name)))),
  );
  const missing = all.filter((_, index) => !usable[index]);
  if (missing.length === 0) return;
  await underServerLock(ownerUrl, async () => {
    for (const name of missing) await ensureRole(owner, name, rolePassword(secret, name));
  });
}

async function ensureRole(owner: Client, name: string, password: string): Promise<void> {
  const quoted = escapeIdentifier(name);
  const { rowCount } = await owner.query("SELECT FROM pg_roles WHERE rolname = $1", [name]);
  try {
    await owner.query(
      `${rowCount ? "ALTER" : "CREATE"} ROLE ${quoted} LOGIN NOINHERIT PASSWORD ${escapeLiteral(password)};
       ALTER ROLE ${quoted} SET timezone = 'UTC'`,
    );
  } catch (error) {
    const insufficientPrivilege = "42501";
    if (!(error instanceof DatabaseError) || error.code !== insufficientPrivilege) throw error;
    throw new UnusableDatabaseError(
      `The owner of the database may not make or change the role ${name}. Grant it CREATEROLE, or make the roles by hand and set APP_DATABASE_URL, AUTH_DATABASE_URL and TASKS_DATABASE_URL.`,
    );
  }
}

/** Nobody but the four roles connects. Privileges of a database are not copied from its template. */
export async function restrictConnections(owner: Client, names: RoleNames): Promise<void> {
  const { rows } = await owner.query<{ database: string; open: boolean; mine: boolean; closed_to: number }>(
    `SELECT datname AS database, pg_has_role(datdba, 'USAGE') AS mine,
       EXISTS (SELECT FROM aclexplode(coalesce(datacl, acldefault('d', datdba))) a WHERE a.grantee = 0) AS open,
       (SELECT count(*)::int FROM unnest($1::text[]) n WHERE NOT has_database_privilege(n, datname, 'CONNECT')) AS closed_to
     FROM pg_database WHERE datname = current_database()`,
    [[names.app, names.auth, names.tasks]],
  );
  const state = rows[0];
  if (!state?.mine || (!state.open && state.closed_to === 0)) return;
  const database = escapeIdentifier(state.database);
  const roles = Object.values(names)
    .map((name) => escapeIdentifier(name))
    .join(", ");
  await owner.query(
    `GRANT CONNECT ON DATABASE ${database} TO ${roles}; REVOKE ALL ON DATABASE ${database} FROM PUBLIC`,
  );
}

/** Whether the server knows the role and its password. Whether the role may use the database is another question. */
export async function canConnect(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 4_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch (error) {
    const refused = /^(28...|42501)$/; // wrong password or unknown role; no CONNECT privilege (yet)
    if (error instanceof DatabaseError && refused.test(error.code ?? "")) return error.code === "42501";
    throw error;
  }
}

/**
 * Advisory locks belong to one database and roles to the server: so all databases of a server lock in one that each has.
 */
async function underServerLock(ownerUrl: string, work: () => Promise<void>): Promise<void> {
  const rolesLock = 4_862_170_001;
  for (const database of ["postgres", "template1"]) {
    const client = new Client({ connectionString: urlForDatabase(ownerUrl, database), connectionTimeoutMillis: 4_000 });
    client.on("error", () => {});
    try {
      await client.connect();
    } catch (error) {
      if (error instanceof DatabaseError) continue; // not there, or not open to this role
      throw error;
    }
    try {
      await client.query("SELECT pg_advisory_lock($1)", [rolesLock]);
      return await work();
    } finally {
      await client.end();
    }
  }
  throw new UnusableDatabaseError(
    "The owner of the database can connect to neither “postgres” nor “template1”, where roles are made under a lock. Allow one, or make the roles by hand and set APP_DATABASE_URL, AUTH_DATABASE_URL and TASKS_DATABASE_URL.",
  );
}
