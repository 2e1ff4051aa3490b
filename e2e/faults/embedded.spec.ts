import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, statfs } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";
import { makeEmptyDataDir } from "../fixtures/data-dir.ts";
import { joinDatabase, type TestedDatabase } from "../fixtures/database.ts";
import type { ServerProcess } from "../fixtures/server-process.ts";
import { Caller } from "./fixtures/caller.ts";
import { contentOf } from "./fixtures/content.ts";
import { endure } from "./fixtures/endure.ts";
import { serve } from "./fixtures/serve.ts";
import { Workload } from "./fixtures/workload.ts";

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
let dataDir: string;

test.beforeEach(async () => {
  dataDir = await makeEmptyDataDir();
});

test.afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

test("R-OPS-3: the embedded PostgreSQL is killed: it is started again, nothing acknowledged is lost", async () => {
  await whileServing(async (server, { sql }) => {
    await endure(await Workload.of(2, server.url, sql), [server], {
      name: "the embedded PostgreSQL is killed",
      cause: async () => process.kill(await postmasterOf(), "SIGKILL"),
      lastsMs: 0,
      mend: () => {},
      refuses: "maybe",
    });
  });
});

test("R-OPS-3: the disk of the embedded PostgreSQL is full: nothing acknowledged is lost, and when there is room all is well again", async () => {
  test.skip(!isRoot || process.platform !== "linux", "needs root, for a small file system");
  const small = await mkdtemp(path.join(os.tmpdir(), "holdfast-full-"));
  await run("mount", ["-t", "tmpfs", "-o", "size=300m,mode=755", "tmpfs", small]);
  const filler = path.join(small, "filler");
  dataDir = small;
  try {
    await whileServing(async (server, { sql }) => {
      await sql("CREATE TABLE ballast (weight text)");
      await endure(await Workload.of(2, server.url, sql), [server], {
        name: "the disk of the embedded PostgreSQL is full",
        cause: async () => {
          const { bavail, bsize } = await statfs(small);
          await run("fallocate", ["-l", String((bavail - 100) * bsize), filler]);
          const insert = "INSERT INTO ballast SELECT repeat(md5(n::text), 50) FROM generate_series(1, 20000) n";
          while (await sql(insert).catch(() => null));
        },
        lastsMs: 6_000,
        mend: () => rm(filler),
        refuses: "maybe",
      });
    });
  } finally {
    await run("umount", ["-l", small]);
  }
});

test("R-TASK-2: the tool server is killed: answers go on, and it is back by itself", async () => {
  await whileServing(async (server, { sql }) => {
    const caller = new Caller(server.url);
    await sql("INSERT INTO users (id) VALUES ($1)", [caller.userId]);
    const addTask = (title: string) => caller.call("POST", "/chat", { message: `Add ${title}` });
    expect((await addTask("first task")).status).toBe(200);
    await endure(await Workload.of(2, server.url, sql), [server], {
      name: "the tool server is killed",
      cause: async () => {
        process.kill(await toolServerOf(server.pid), "SIGKILL");
        expect((await addTask("second task")).status).toBe(200);
      },
      lastsMs: 1_000,
      mend: () => {},
      refuses: "maybe",
    });
    await expect(async () => {
      await addTask("third task");
      const tasks = await sql<{ title: string }>("SELECT title FROM tasks");
      expect(tasks.map(({ title }) => title)).toContain("Third task");
    }).toPass();
  });
});

test("R-OPS-1: a copy of the stopped folder is a backup: put in its place, everything is as it was", async () => {
  const copy = `${dataDir}-copy`;
  const before = await whileServing(async (server, { sql }) => {
    const workload = await Workload.of(2, server.url, sql);
    workload.begin();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await workload.end();
    await workload.check();
    return contentOf(sql);
  });
  await run("cp", ["-a", dataDir, copy]);
  await rm(dataDir, { recursive: true });
  await run("mv", [copy, dataDir]);
  await whileServing(async (server, { sql }) => {
    expect(await contentOf(sql)).toEqual(before);
    expect((await fetch(`${server.url}/api/health/ready`)).status).toBe(200);
  });
});

async function whileServing<T>(work: (server: ServerProcess, database: TestedDatabase) => Promise<T>): Promise<T> {
  const server = await serve({ HOLDFAST_DATA_DIR: dataDir });
  const database = await joinDatabase(dataDir);
  try {
    return await work(server, database);
  } finally {
    await database.close();
    await server.end();
  }
}

async function postmasterOf(): Promise<number> {
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
