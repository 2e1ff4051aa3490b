import { Client, DatabaseError } from "pg";
import { DataSource } from "typeorm";
import { UnusableDatabaseError } from "./errors.ts";
import { migrationsFor, migrationsTable } from "./migrations/index.ts";
import {
  canConnect,
  derivedRoleName,
  ensureRoles,
  type RoleNames,
  restrictConnections,
  rolePassword,
  rolesInUse,
  type ServingRole,
  urlForRole,
} from "./roles.ts";
import type { DatabaseAddresses } from "./settings.ts";
import { refuseUnusable } from "./usable-database.ts";

export interface MigrateOptions extends DatabaseAddresses {
  /** The passwords of the serving roles are derived from it, but for those that were made by hand. */
  secret: string;
}

export interface MigratedDatabase {
  urls: Record<ServingRole, string>;
  /** Names of the migrations that ran now. */
  applied: string[];
}

const migrationLock = 4_862_170_002;

/**
 * Makes the roles and brings the schema up to date. Run twice, or by two processes at once, it changes nothing more.
 * Throws `UnusableDatabaseError`, with the database untouched, where it cannot be used.
 */
export async function migrateDatabase(options: MigrateOptions): Promise<MigratedDatabase> {
  const url = options.directUrl ?? options.ownerUrl;
  const owner = new Client({ connectionString: url, connectionTimeoutMillis: 4_000 });
  owner.on("error", () => {}); // the query that is under way reports it
  await owner.connect().catch(refuseConnection(options.directUrl ? "DIRECT_DATABASE_URL" : "DATABASE_URL"));
  try {
    await owner.query("SELECT pg_advisory_lock($1)", [migrationLock]);
    await refuseUnusable(owner);
    const names = await chooseRoles(owner, options);
    if (options.servingUrls) await refuseUnusableRoles(options.servingUrls);
    else await ensureRoles(url, owner, names, options.secret);
    const applied = await runMigrations(url, names);
    await restrictConnections(owner, names);
    return { urls: servingUrls(options, names), applied };
  } finally {
    await owner.end();
  }
}

/** Waiting does not help where the server answers that there is no such database or role, or not by the TLS that was asked for. */
function refuseConnection(variable: string): (error: unknown) => never {
  return (error) => {
    const refused = /^(28...|3D000|42501)$/;
    if (error instanceof DatabaseError && refused.test(error.code ?? "")) {
      throw new UnusableDatabaseError(`${variable} leads to no database that can be used: ${error.message}.`);
    }
    if (error instanceof Error && isRefusedTls(error)) {
      throw new UnusableDatabaseError(
        `${variable} asks for TLS that the server does not offer: ${error.message}. Where another authority than the system's vouches for the server, name its certificate, as in ?sslmode=verify-full&sslrootcert=/etc/ssl/db.pem.`,
      );
    }
    throw error;
  };
}

/** OpenSSL's names of what is wrong with a certificate, or pg's own words where there is no TLS at all. */
function isRefusedTls(error: Error): boolean {
  const { code = "" } = error as NodeJS.ErrnoException; // node's own errors carry a code
  const certificate =
    /^(CERT_|ERR_TLS_CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/;
  return certificate.test(code) || error.message === "The server does not support SSL connections";
}

/** Once the server serves, a role that is refused passes for an outage. */
async function refuseUnusableRoles(urls: Record<ServingRole, string>): Promise<void> {
  for (const [role, url] of Object.entries(urls)) {
    const variable = `${role.toUpperCase()}_DATABASE_URL`;
    if (await canConnect(url).catch(refuseConnection(variable))) continue;
    throw new UnusableDatabaseError(
      `${variable} leads to no database that can be used: the server refuses its role or password.`,
    );
  }
}

async function chooseRoles(owner: Client, options: MigrateOptions): Promise<RoleNames> {
  const { rows } = await owner.query<{ name: string; database: string }>(
    "SELECT current_user AS name, current_database() AS database",
  );
  const me = rows[0];
  if (!me) throw new UnusableDatabaseError("The database does not say whose it is.");
  const inUse = await rolesInUse(owner);
  const nameOf = (role: ServingRole, url: string | undefined) =>
    url ? decodeURIComponent(new URL(url).username) : (inUse?.[role] ?? derivedRoleName(me.database, role));
  return {
    owner: me.name,
    app: nameOf("app", options.servingUrls?.app),
    auth: nameOf("auth", options.servingUrls?.auth),
    tasks: nameOf("tasks", options.servingUrls?.tasks),
  };
}

function servingUrls(options: MigrateOptions, names: RoleNames): Record<ServingRole, string> {
  const derived = (name: string) => urlForRole(options.ownerUrl, name, rolePassword(options.secret, name));
  return options.servingUrls ?? { app: derived(names.app), auth: derived(names.auth), tasks: derived(names.tasks) };
}

async function runMigrations(url: string, names: RoleNames): Promise<string[]> {
  const dataSource = migrationSource(url, names);
  await dataSource.initialize();
  try {
    const applied = await dataSource.runMigrations({ transaction: "each" });
    return applied.map((migration) => migration.name);
  } finally {
    await dataSource.destroy();
  }
}

/** A data source that knows the migrations, for whoever applies or reverts them. */
export function migrationSource(url: string, names: RoleNames): DataSource {
  return new DataSource({
    type: "postgres",
    url,
    migrations: migrationsFor(names),
    migrationsTableName: migrationsTable,
    installExtensions: false,
    uuidExtension: "pgcrypto",
    logging: false,
    extra: { max: 2, connectionTimeoutMillis: 4_000 },
  });
}
