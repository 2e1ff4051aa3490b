import { chmod, readFile, readlink, realpath, rm, stat, truncate } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Binaries } from "./binaries.ts";
import { run } from "./commands.ts";
import type { Place } from "./places.ts";

/** What `postmaster.pid` says of a server that runs, is starting or is stopping. */
export interface Postmaster {
  pid: number;
  port: number;
}

/** Null where no server runs; then a file that one left behind is out of the way. */
export async function findPostmaster(data: string): Promise<Postmaster | null> {
  const path = join(data, "postmaster.pid");
  const lines = await readFile(path, "utf8").then(
    (text) => text.split("\n"),
    () => null,
  );
  const pid = Number(lines?.[0]);
  const port = Number(lines?.[3]);
  if (!pid) return null;
  if (await isPostmaster(pid, data)) return port ? { pid, port } : null;
  // PostgreSQL would believe the file if its number now belongs to some other program.
  await rm(path, { force: true });
  return null;
}

async function isPostmaster(pid: number, data: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false; // the cast: node's own errors carry a code
  }
  if (process.platform !== "linux") return true;
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(data)); // a server's working folder is its data
  } catch {
    return false;
  }
}

/** Starts the server. Resolves to what went wrong, which may only be that another process started it first. */
export async function startPostmaster(
  data: string,
  port: number,
  { folder, user }: Place,
  { pgCtl, postgres }: Binaries,
): Promise<string | null> {
  const logFile = join(folder, "log");
  await shorten(logFile);
  await makeOurs(data, { folder, user });
  const { code, output } = await run(
    pgCtl,
    ["start", "-w", "-t", "60", "-s", "-D", data, "-l", logFile, "-p", postgres, "-o", `-p ${port}`],
    { user, cwd: folder },
  );
  if (code === 0) return null;
  const log = await readFile(logFile, "utf8").catch(() => "");
  return `${output}\n${log.split("\n").slice(-15).join("\n")}`;
}

/** PostgreSQL refuses data of another user, or that others can read: so it is in many a copy that was put back. */
async function makeOurs(data: string, { folder, user }: Place): Promise<void> {
  const { uid, mode } = await stat(data);
  if (user && uid !== user.uid) await run("chown", ["-hR", `${user.uid}:${user.gid}`, folder], { user: null });
  if (mode & 0o077) await chmod(data, 0o700).catch(() => {}); // somebody else's: PostgreSQL says so
}

/** Ends sessions and writes everything out; returns when the server is gone. */
export async function stopPostmaster(data: string, { folder, user }: Place, { pgCtl }: Binaries): Promise<void> {
  const { code, output } = await run(pgCtl, ["stop", "-w", "-t", "30", "-s", "-m", "fast", "-D", data], {
    user,
    cwd: folder,
  });
  if (code !== 0 && (await findPostmaster(data))) throw new Error(`PostgreSQL did not stop: ${output}`);
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === "object" && address) resolve(address.port);
        else reject(new Error("No free port was found."));
      });
    });
  });
}

async function shorten(logFile: string): Promise<void> {
  const mostBytes = 5_000_000;
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size > mostBytes) await truncate(logFile, 0);
}
