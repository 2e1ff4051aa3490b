import { access, constants, mkdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { DataDirError } from "./errors.ts";

/**
 * The data folder, made if missing: `HOLDFAST_DATA_DIR` (relative to the repository), else `.holdfast` in the repository,
 * or in the home of a user who may not write there. Throws `DataDirError` where nothing can be kept.
 */
export async function openDataDir(given: string | null | undefined, repository: string): Promise<string> {
  if (given) {
    const folder = resolve(repository, given);
    const problem = await problemOf(folder);
    if (problem !== null) throw new DataDirError(`HOLDFAST_DATA_DIR must be a folder that can be written; ${problem}.`);
    return folder;
  }
  const problems: string[] = [];
  for (const place of [repository, homedir()]) {
    const folder = join(place, ".holdfast");
    const problem = await problemOf(folder);
    if (problem === null) return folder;
    problems.push(problem);
  }
  throw new DataDirError(`HOLDFAST_DATA_DIR must be set to a folder that can be written; ${problems.join(", and ")}.`);
}

async function problemOf(folder: string): Promise<string | null> {
  try {
    await makeFolder(folder);
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return (await stat(folder)).isDirectory() ? null : `${folder} is none`;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // node's own errors carry a code
    return `${folder} cannot be (${code})`;
  }
}

/** Node's own recursive `mkdir` never returns in file systems that refuse with ENOENT, such as /proc. */
async function makeFolder(folder: string): Promise<void> {
  if (await make(folder)) return;
  if (dirname(folder) !== folder) await makeFolder(dirname(folder));
  await mkdir(folder).catch(unlessCode("EEXIST"));
}

async function make(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    return unlessCode("ENOENT", "EEXIST")(error) === "EEXIST";
  }
}

function unlessCode(...codes: string[]): (error: unknown) => string {
  return (error) => {
    const { code = "" } = error as NodeJS.ErrnoException; // as above
    if (!codes.includes(code)) throw error;
    return code;
  };
}
