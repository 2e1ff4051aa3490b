import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, statfs, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";
import { makeDataDir } from "../fixtures/data-dir.ts";
import { joinDatabase, type TestedDatabase } from "../fixtures/database.ts";
import type { ServerProcess } from "../fixtures/server-process.ts";
import { Caller } from "./fixtures/caller.ts";
import { endure } from "./fixtures/endure.ts";
import { serve } from "./fixtures/serve.ts";
import { Workload } from "./fixtures/workload.ts";

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;

test("R-OPS-3: the embedded PostgreSQL is killed: it is started again, nothing acknowledged is lost", async () => {
  const dataDir = await makeDataDir();
  await onFolder(dataDir, async (server, _database, workload) => {
    await endure(workload, [server], {
      name: "the embedded PostgreSQL is killed",
      cause: async () => process.kill(await postmasterOf(dataDir), "SIGKILL"),
      lastsMs: 0,
      mend: () => {},
      refuses: "maybe",
    });
  });
  await rm(dataDir, { recursive: true, force: true });
});

test("R-OPS-3: the disk of the embedded PostgreSQL is full: writers are refused, and when there is room all is well again", async () => {
  test.skip(!isRoot || process.platform !== "linux", "needs root, for a small file system");
  const dataDir = await mkdtemp(path.join(os.tmpdir(), "holdfast-full-"));
  await run("mount", ["-t", "tmpfs", "-o", "size=400m,mode=755", "tmpfs", dataDir]);
  const filler = path.join(dataDir, "filler");
  try {
    await onFolder(dataDir, async (server, _database, workload) => {
      await endure(workload, [server], {
        name: "the disk of the embedded PostgreSQL is full",
        cause: async () => {
          const { bavail, bsize } = await statfs(dataDir);
          await run("fallocate", ["-l", String((bavail - 1) * bsize), filler]);
          await fillLog(dataDir);
        },
        lastsMs: 6_000,
        mend: () => rm(filler),
        refuses: "maybe",
      });
    });
  } finally {
    await run("umount", ["-l", dataDir]);
    await rm(dataDir, { recursive: true, force: true });
  }
});

test("R-TASK-2: the tool server is killed: the next answers say so or work, and it is back by itself", async () => {
  const dataDir = await makeDataDir();
  await onFolder(dataDir, async (server, database, workload) => {
    const caller = new Caller(server.url);
    await database.sql("INSERT INTO users (id) VALUES ($1)", [caller.userId]);
    const addTask = (title: string) => caller.call("POST", "/chat", { message: `Add ${title}` });
    expect((await addTask("first task")).status).toBe(200);
    await endure(workload, [server], {
      name: "the tool server is killed",
      cause: async () => {
        process.kill(await toolServerOf(server.pid), "SIGKILL");
        const { status, body } = await addTask("second task");
        expect(status).toBe(200);
        expect(body.response).not.toBe("");
      },
      lastsMs: 1_000,
      mend: () => {},
      refuses: "maybe",
    });
    await expect(async () => {
      expect((await addTask("third task")).body.messages[1].toolCalls[0].status).toBe("completed");
    }).toPass();
    const tasks = await database.sql<{ title: string }>("SELECT title FROM tasks");
    expect(tasks.map(({ title }) => title)).toContain("third task");
  });
  await rm(dataDir, { recursive: true, force: true });
});

test("R-OPS-1: a copy of the stopped folder is a backup: put in its place, everything is as it was", async () => {
  const dataDir = await makeDataDir();
  const copy = `${dataDir}-copy`;
  const everything = (database: TestedDatabase) => contentOf(database);
  let before = "";
  await onFolder(dataDir, async (_server, database, workload) => {
    workload.begin();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await workload.end();
    await workload.check();
    before = await everything(database);
  });
  await run("cp", ["-a", dataDir, copy]);
  await rm(dataDir, { recursive: true });
  await run("cp", ["-a", copy, dataDir]);
  await onFolder(dataDir, async (server, database, workload) => {
    expect((await everything(database)).startsWith(before.slice(0, before.indexOf("\n")))).toBe(true);
    expect(await everything(database)).toContain(before.split("\n").at(-1) ?? "");
    expect((await fetch(`${server.url}/api/health/ready`)).status).toBe(200);
    await workload.check();
  });
  await rm(dataDir, { recursive: true, force: true });
  await rm(copy, { recursive: true, force: true });
});

async function onFolder(
  dataDir: string,
  work: (server: ServerProcess, database: TestedDatabase, workload: Workload) => Promise<void>,
): Promise<void> {
  await chmod(dataDir, 0o755);
  const server = await serve({ HOLDFAST_DATA_DIR: dataDir });
  const database = await joinDatabase(dataDir);
  const workload = await Workload.of(2, server.url, (text, _database, values) => database.sql(text, values));
  try {
    await work(server, database, workload);
  } finally {
    await database.close();
    await server.end();
  }
}

async function postmasterOf(dataDir: string): Promise<number> {
  const file = await readFile(path.join(dataDir, "postgres", "data", "postmaster.pid"), "utf8");
  return Number(file.split("\n")[0]);
}

async function toolServerOf(pid: number): Promise<number> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim().split(" ");
  for (const child of children) {
    if ((await readFile(`/proc/${child}/cmdline`, "utf8")).includes("tasks-mcp")) return Number(child);
  }
  throw new Error("There is no tool server.");
}
