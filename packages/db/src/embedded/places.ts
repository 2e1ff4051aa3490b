import { createHash } from "node:crypto";
import { chown, mkdir, readFile, realpath, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { readWritten, writeOnce } from "../write-once.ts";
import { run, type SystemUser } from "./commands.ts";

/** Where the server keeps its files, and as whom it runs. */
export interface Place {
  folder: string;
  user: SystemUser | null;
}

const defaultFolder = "postgres";

/**
 * PostgreSQL refuses to run as root, so root runs it as `nobody`, with the data in a folder that this user can reach.
 * The choice is written down: it must not change when permissions do.
 */
export async function choosePlace(dataDir: string, log: (message: string) => void): Promise<Place> {
  await mkdir(dataDir, { recursive: true });
  const record = join(dataDir, "postgres-folder");
  const recorded = await readWritten(record);
  if (recorded) {
    const folder = isAbsolute(recorded) ? recorded : join(dataDir, recorded);
    return { folder, user: await userFor(folder) };
  }
  const chosen = await firstReachable(dataDir);
  if (isAbsolute(chosen)) log(`The user “nobody” cannot reach ${dataDir}: the database is kept in ${chosen}.`);
  await writeOnce(record, chosen);
  return choosePlace(dataDir, log);
}

/** A folder of the whole system that is ours and that everybody can read; for root only. */
export async function systemFolder(): Promise<string> {
  for (const folder of ["/var/lib/holdfast", join(tmpdir(), "holdfast-system")]) {
    try {
      await mkdir(folder, { recursive: true, mode: 0o755 });
      const { uid } = await stat(folder);
      if (uid === process.getuid?.()) return folder;
    } catch {
      // Read-only, or forbidden: the next one.
    }
  }
  throw new Error(
    "There is no folder for PostgreSQL's files: neither /var/lib nor the temporary folder can be written.",
  );
}

async function firstReachable(dataDir: string): Promise<string> {
  const inside = join(dataDir, defaultFolder);
  await mkdir(inside, { recursive: true, mode: 0o700 });
  const user = await userFor(inside);
  if (!user || (await canWrite(inside, user))) return defaultFolder;
  await rm(inside, { recursive: true, force: true });
  const name = createHash("sha256")
    .update(await realpath(dataDir))
    .digest("hex")
    .slice(0, 16);
  const outside = join(await systemFolder(), name);
  await mkdir(outside, { recursive: true, mode: 0o700 });
  await userFor(outside);
  return outside;
}

/** Root runs the server as whoever owns the folder, and makes it nobody's where it is root's own. */
async function userFor(folder: string): Promise<SystemUser | null> {
  if (process.getuid?.() !== 0) return null;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid, gid } = await stat(folder);
  if (uid !== 0) return { uid, gid };
  const nobody = await findNobody();
  await chown(folder, nobody.uid, nobody.gid);
  return nobody;
}

async function findNobody(): Promise<SystemUser> {
  const fallback = { uid: 65_534, gid: 65_534 };
  try {
    const fields = (await readFile("/etc/passwd", "utf8"))
      .split("\n")
      .find((line) => line.startsWith("nobody:"))
      ?.split(":");
    return fields ? { uid: Number(fields[2]), gid: Number(fields[3]) } : fallback;
  } catch {
    return fallback; // the numbers that nearly every system uses
  }
}

async function canWrite(folder: string, user: SystemUser): Promise<boolean> {
  const { code } = await run("/bin/sh", ["-c", 'test -x "$1" && test -w "$1"', "sh", folder], { user });
  return code === 0;
}
