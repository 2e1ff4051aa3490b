import { randomBytes } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";

/** A small file for its owner only. Of several processes at once one writes; nobody ever reads half of it. */
export async function writeOnce(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  await writeFile(draft, text, { mode: 0o600 });
  try {
    await link(draft, path); // fails where another process was first
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error; // the cast: node's own errors carry a code
  } finally {
    await rm(draft, { force: true });
  }
}

/** What such a file holds; null where there is none, or nothing in it. */
export async function readWritten(path: string): Promise<string | null> {
  try {
    return (await readFile(path, "utf8")).trim() || null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null; // as above
    throw error;
  }
}
