import { randomBytes } from "node:crypto";
import { appendFile, chown, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { escapeLiteral } from "pg";
import { DataDirError } from "../errors.ts";
import { writeOnce } from "../write-once.ts";
import type { Binaries } from "./binaries.ts";
import { run } from "./commands.ts";
import type { Place } from "./places.ts";

/** A cluster: PostgreSQL's word for the data of one server. */
export interface Cluster {
  data: string;
  ownerPassword: string;
}

export const ownerName = "holdfast";
export const databaseName = "holdfast";

export interface ClusterOptions {
  /** For tests only: loses data when the machine fails, and lets the owner make databases. */
  forTests: boolean;
}

/**
 * The cluster of a place, made if there is none. It is made beside and moved in place when it is whole, so that a
 * process that dies, or two at once, leave no half.
 */
export async function prepareCluster(
  dataDir: string,
  place: Place,
  binaries: Binaries,
  options: ClusterOptions,
): Promise<Cluster> {
  const passwordFile = join(dataDir, "postgres-password");
  await writeOnce(passwordFile, randomBytes(24).toString("base64url"));
  const ownerPassword = (await readFile(passwordFile, "utf8")).trim();
  const data = join(place.folder, "data");
  if (!(await isCluster(data))) await makeCluster(data, ownerPassword, place, binaries, options);
  return { data, ownerPassword };
}

async function makeCluster(
  data: string,
  ownerPassword: string,
  { folder, user }: Place,
  binaries: Binaries,
  options: ClusterOptions,
): Promise<void> {
  const draft = join(folder, `making-${process.pid}-${randomBytes(3).toString("hex")}`);
  await mkdir(draft, { mode: 0o700 });
  if (user) await chown(draft, user.uid, user.gid);
  try {
    const made = join(draft, "data");
    await initialize(made, draft, { folder, user }, binaries, options);
    await createOwner(made, ownerPassword, { folder, user }, binaries, options);
    await rename(made, data);
  } catch (error) {
    if (!(await isCluster(data))) throw error; // else another process was first
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function initialize(data: string, draft: string, { user }: Place, { initdb }: Binaries, options: ClusterOptions) {
  const passwordFile = join(draft, "superuser");
  await writeFile(passwordFile, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
  if (user) await chown(passwordFile, user.uid, user.gid);
  const args = ["-D", data, "-U", "postgres", "--auth=scram-sha-256", `--pwfile=${passwordFile}`, "-E", "UTF8"];
  if (options.forTests) args.push("--no-sync");
  // Without a locale it would take the environment's, and without one there SQL_ASCII, which counts bytes.
  const builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  const first = await run(initdb, [...args, ...builtin, "--locale=C.UTF-8"], { user, cwd: draft });
  if (first.code === 0) return appendSettings(data, options);
  await rm(data, { recursive: true, force: true });
  const second = await run(initdb, [...args, ...builtin, "--locale=C"], { user, cwd: draft }); // a system without C.UTF-8
  if (second.code !== 0) throw new Error(`initdb failed: ${first.output}`);
  await appendSettings(data, options);
}

/** Terse, and without statements: what people write has no place in a log. */
async function appendSettings(data: string, { forTests }: ClusterOptions): Promise<void> {
  const settings = [
    "listen_addresses = '127.0.0.1'",
    "unix_socket_directories = ''",
    `max_connections = ${forTests ? 300 : 200}`,
    "timezone = 'UTC'",
    "log_timezone = 'UTC'",
    "log_error_verbosity = terse",
    "log_min_error_statement = panic",
    "log_min_messages = fatal",
    "log_checkpoints = off",
    "jit = off",
    ...(forTests ? ["fsync = off", "full_page_writes = off", "autovacuum_naptime = 1h"] : []),
  ];
  await appendFile(join(data, "postgresql.conf"), `\n# Holdfast\n${settings.join("\n")}\n`);
}

/** In single-user mode, before anybody can connect: the superuser's password is kept nowhere. */
async function createOwner(
  data: string,
  password: string,
  { user }: Place,
  { postgres }: Binaries,
  { forTests }: ClusterOptions,
): Promise<void> {
  const statements = [
    `CREATE ROLE ${ownerName} LOGIN CREATEROLE ${forTests ? "CREATEDB" : "NOCREATEDB"} PASSWORD ${escapeLiteral(password)}`,
    `CREATE DATABASE ${databaseName} OWNER ${ownerName}`,
    ...(forTests ? [`GRANT pg_signal_backend TO ${ownerName}`] : []), // to drop databases that are in use
  ];
  const args = ["--single", "-j", "-D", data, "-c", "exit_on_error=true", "postgres"];
  const { code, output } = await run(postgres, args, { user, cwd: data, input: `${statements.join(";\n\n")};\n\n` });
  if (code !== 0) throw new Error(`The database could not be made: ${output}`);
}

async function isCluster(data: string): Promise<boolean> {
  return stat(join(data, "PG_VERSION")).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw new DataDirError(`The folder ${data} cannot be read; it belongs to another system user.`, { cause: error });
    },
  );
}
