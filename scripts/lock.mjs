// One at a time, over processes: a file that its holder touches for as long as it lives.
import { mkdir, open, readFile, rm, stat, utimes } from "node:fs/promises";
import path from "node:path";

const heartbeatMs = 1_000;
const staleAfterMs = 15_000;

/** Runs `work` while no other process does so under the same `file`. `onWait` is called once if it has to wait. */
export async function withLock(file, onWait, work) {
  await mkdir(path.dirname(file), { recursive: true });
  let waited = false;
  while (!(await take(file))) {
    if (!waited) onWait();
    waited = true;
    if (await isStale(file)) await rm(file, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, 250));
  }
  const heartbeat = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => {}), heartbeatMs);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    await rm(file, { force: true });
  }
}

async function take(file) {
  try {
    const handle = await open(file, "wx");
    await handle.write(String(process.pid));
    await handle.close();
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** Its holder is gone, or has not touched it for long (after a restart of the machine another process may have its number). */
async function isStale(file) {
  try {
    const [{ mtimeMs }, text] = await Promise.all([stat(file), readFile(file, "utf8")]);
    const ageMs = Date.now() - mtimeMs;
    if (ageMs > staleAfterMs) return true;
    return ageMs > heartbeatMs && text !== "" && !isAlive(Number(text));
  } catch {
    return false; // just released
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
