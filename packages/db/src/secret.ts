import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DataDirError } from "./errors.ts";
import { readWritten, writeOnce } from "./write-once.ts";

/** The secret kept in the data folder, made if missing. Two processes at once get the same one. */
export async function readOrCreateSecret(dataDir: string): Promise<string> {
  const path = join(dataDir, "secret");
  const existing = await readWritten(path);
  if (existing) return existing;
  await mkdir(dataDir, { recursive: true });
  await writeOnce(path, `${randomBytes(32).toString("base64url")}\n`);
  const made = await readWritten(path);
  if (!made) {
    throw new DataDirError(
      `The secret in ${path} is empty: put back the one that belongs to the data, or delete the file, and everybody signs in again.`,
    );
  }
  return made;
}
