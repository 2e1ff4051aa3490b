import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Client } from "pg";
import { afterAll, describe, expect, it, vi } from "vitest";
import { migrateDatabase } from "../migrate-database.ts";
import { findPostmaster } from "./postmaster.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./server.ts";

const isRoot = process.getuid?.() === 0;
const folders: string[] = [];
const children: ChildProcess[] = [];
let seed: Promise<string> | null = null;

afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  for (const folder of folders) {
    if (!(await stat(join(folder, "postgres-folder")).catch(() => null))) continue; // nothing was started there
    const server = await startEmbeddedPostgres({ dataDir: folder, log: () => {} });
    await server.stop();
    await rm(server.folder, { recursive: true, force: true });
    await rm(folder.replace(/\/repository\/\.holdfast$/, ""), { recursive: true, force: true });
  }
});

/** With a server that has run before: making one takes seconds. */
async function usedFolder(): Promise<string> {
  seed ??= newFolder().then(async (folder) => {
    await (await start(folder)).stop();
    return folder;
  });
  const folder = await newFolder();
  await promisify(execFile)("cp", ["-a", `${await seed}/.`, folder]);
  return folder;
}

async function newFolder(mode = 0o755): Promise<string> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), "holdfast-embedded-"));
  await chmod(folder, mode);
  folders.push(folder);
  return folder;
}

function start(dataDir: string, messages: string[] = []): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDir, log: (message) => messages.push(message) });
}

async function ask(url: string, sql = "SELECT 1 AS one"): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Whether a user could run what root does here. */
function canRead(file: string, user: { uid: number; gid: number }): Promise<boolean> {
  return promisify(execFile)("test", ["-r", file], { ...user, cwd: "/" }).then(
    () => true,
    () => false,
  );
}

const entry = new URL("../../dist/index.js", import.meta.url);

/** Another process with a server of its own; says the connection string. */
async function startProcess(dataDir: string, user: { uid: number; gid: number } | null = null) {
  const script = `
    import { startEmbeddedPostgres } from ${JSON.stringify(entry.href)};
    const server = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, log: () => {} });
    console.log(server.url);
    process.on("SIGTERM", () => server.stop().then(() => process.exit(0)));
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
    cwd: "/",
    detached: true,
    ...(user ?? {}),
  });
  children.push(child);
  const [said] = await once(child.stdout, "data");
  return { child, url: String(said).trim() };
}

/** One that the system knows, for initdb asks for the name. */
async function findOrdinaryUser(): Promise<{ uid: number; gid: number }> {
  const lines = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  const fields = lines.find(([name, , uid]) => name !== "nobody" && Number(uid) > 0);
  return { uid: Number(fields?.[2]), gid: Number(fields?.[3]) };
}

async function ended(url: string): Promise<void> {
  await expect(ask(url)).rejects.toThrow("ECONNREFUSED");
}

describe("the embedded server", () => {
  it("R-OPS-1: is UTF-8, keeps its data, and its owner is no superuser", async () => {
    const dataDir = await newFolder();
    const first = await start(dataDir);
    expect(
      await ask(first.url, "SELECT rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user"),
    ).toEqual([{ rolsuper: false, rolbypassrls: false, rolcreatedb: false }]);
    const settings =
      "SELECT current_database() AS name, current_setting('server_encoding') AS encoding, current_setting('fsync') AS fsync, char_length('é😀') AS length";
    expect(await ask(first.url, settings)).toEqual([{ name: "holdfast", encoding: "UTF8", fsync: "on", length: 2 }]);
    await migrateDatabase({ ownerUrl: first.url, secret: "s" });
    await ask(first.url, "INSERT INTO users (name) VALUES ('kept')");
    await first.stop();
    await first.stop();
    await ended(first.url);
    const second = await start(dataDir);
    expect(await ask(second.url, "SELECT name FROM users")).toEqual([{ name: "kept" }]);
    await second.stop();
  });

  it("R-OPS-1: two starts at once on a new folder share one server; the last one out stops it", async () => {
    const dataDir = await newFolder();
    const [a, b] = await Promise.all([startProcess(dataDir), startProcess(dataDir)]);
    const c = await start(dataDir);
    expect(new Set([a.url, b.url, c.url]).size).toBe(1);
    a.child.kill("SIGTERM");
    await once(a.child, "exit");
    await ask(c.url);
    await c.stop();
    await ask(b.url);
    b.child.kill("SIGTERM");
    await once(b.child, "exit");
    await ended(b.url);
  });

  it("R-OPS-1: after kill -9 of its parent, the next start uses the server that is still there, and stops it", async () => {
    const dataDir = await usedFolder();
    const { child, url } = await startProcess(dataDir);
    child.kill("SIGKILL");
    await once(child, "exit");
    const next = await start(dataDir);
    expect(next.url).toBe(url);
    await next.stop();
    await ended(url);
  });

  it("R-OPS-6: a signal to the process group of its parent does not reach it", async () => {
    const dataDir = await usedFolder();
    const { child, url } = await startProcess(dataDir);
    process.kill(-(child.pid ?? 0), "SIGINT"); // as Ctrl-C does
    await once(child, "exit");
    await ask(url);
  });

  it("R-OPS-1: after kill -9 of the server itself it comes back, at the same address", async () => {
    const dataDir = await usedFolder();
    const messages: string[] = [];
    const server = await start(dataDir, messages);
    const postmaster = await findPostmaster(join(server.folder, "data"));
    process.kill(postmaster?.pid ?? 0, "SIGKILL");
    await vi.waitFor(() => ask(server.url), { timeout: 20_000, interval: 300 });
    await vi.waitFor(() => expect(messages).toContain("The embedded PostgreSQL had ended and was started again."));
    await server.stop();
    await ended(server.url);
  });

  it("R-OPS-1: a stale pid file whose number now belongs to another program is no obstacle", async () => {
    const dataDir = await usedFolder();
    const { child, url } = await startProcess(dataDir);
    const place = (await readFile(join(dataDir, "postgres-folder"), "utf8")).trim();
    const data = join(dataDir, place, "data");
    const pidFile = join(data, "postmaster.pid");
    const text = await readFile(pidFile, "utf8");
    child.kill("SIGKILL");
    process.kill(Number(text.split("\n")[0]), "SIGKILL");
    await vi.waitFor(() => ended(url), { timeout: 5_000 });
    await writeFile(pidFile, text.replace(/^\d+/, String(process.pid)));
    const server = await start(dataDir);
    await ask(server.url);
    await server.stop();
  });

  it("R-OPS-1: data that was put back without its owners and permissions is used", async () => {
    const dataDir = await usedFolder();
    const place = join(dataDir, (await readFile(join(dataDir, "postgres-folder"), "utf8")).trim());
    await promisify(execFile)("chmod", ["-R", "a+rX", place]);
    if (isRoot) await promisify(execFile)("chown", ["-R", "0:0", place]);
    const server = await start(dataDir);
    await ask(server.url);
    await server.stop();
    await ended(server.url);
  });

  it("R-OPS-1: data whose password was lost is said at once, and no server left behind", async () => {
    const dataDir = await usedFolder();
    const passwordFile = join(dataDir, "postgres-password");
    const password = await readFile(passwordFile, "utf8");
    const place = join(dataDir, (await readFile(join(dataDir, "postgres-folder"), "utf8")).trim());
    await rm(passwordFile);
    await expect(start(dataDir)).rejects.toThrow(`the one in ${passwordFile}: put back the file that belongs to it.`);
    expect(await findPostmaster(join(place, "data"))).toBeNull();
    await writeFile(passwordFile, password);
    await (await start(dataDir)).stop();
  });

  it("R-OPS-1: what keeps the server from starting is said while it is tried again", async () => {
    const dataDir = await usedFolder();
    const place = join(dataDir, (await readFile(join(dataDir, "postgres-folder"), "utf8")).trim());
    const version = join(place, "data", "PG_VERSION");
    const text = await readFile(version, "utf8");
    await writeFile(version, "12\n");
    const messages: string[] = [];
    const starting = start(dataDir, messages);
    await vi.waitFor(() => expect(messages.join()).toContain("files are incompatible with server"), {
      timeout: 10_000,
    });
    await writeFile(version, text);
    await (await starting).stop();
  });

  it("R-OPS-1: works for an ordinary user", { skip: !isRoot }, async ({ skip }) => {
    const ordinaryUser = await findOrdinaryUser();
    skip(
      !(await canRead(fileURLToPath(entry), ordinaryUser)),
      "nobody but root can enter the folder of this repository",
    );
    const dataDir = await newFolder();
    await chown(dataDir, ordinaryUser.uid, ordinaryUser.gid);
    const { child, url } = await startProcess(dataDir, ordinaryUser);
    await ask(url);
    expect((await stat(join(dataDir, "postgres", "data"))).uid).toBe(ordinaryUser.uid);
    child.kill("SIGTERM");
    await once(child, "exit");
    await ended(url);
  });

  it("R-OPS-1: as root, under a path that nobody else can enter, keeps the data elsewhere and says so", {
    skip: !isRoot,
  }, async () => {
    const outside = await newFolder(0o700);
    const dataDir = join(outside, "repository", ".holdfast");
    await mkdir(dataDir, { recursive: true });
    folders.splice(folders.indexOf(outside), 1, dataDir);
    const messages: string[] = [];
    const server = await start(dataDir, messages);
    await ask(server.url);
    expect(server.folder.startsWith(outside)).toBe(false);
    expect(messages.join()).toContain(server.folder);
    await server.stop();
    await chmod(outside, 0o755); // what is reachable later does not change where the data is
    const again = await start(dataDir);
    expect(again.folder).toBe(server.folder);
    await again.stop();
  });
});
