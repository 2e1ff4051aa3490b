import { randomUUID } from "node:crypto";
import { chmod, mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openDatabase } from "./database.ts";
import { freePort } from "./embedded/postmaster.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded/server.ts";
import { UnavailableError } from "./errors.ts";
import type { Database } from "./types.ts";

/** A server of its own, which can be paused and killed. */
let dataDir: string;
let server: EmbeddedPostgres;
let db: Database;
let userId: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(await realpath(tmpdir()), "holdfast-outage-"));
  await chmod(dataDir, 0o755);
  server = await startEmbeddedPostgres({ dataDir, log: () => {}, forTests: true });
  db = await openDatabase({ ownerUrl: server.url, secret: "s" });
  userId = randomUUID();
  const owner = new Client({ connectionString: server.url });
  await owner.connect();
  await owner.query("INSERT INTO users (id) VALUES ($1)", [userId]);
  await owner.end();
});

afterAll(async () => {
  await db.close();
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function serverProcesses(): Promise<number[]> {
  const postmaster = Number((await readFile(join(server.folder, "data", "postmaster.pid"), "utf8")).split("\n")[0]);
  const children = await readFile(`/proc/${postmaster}/task/${postmaster}/children`, "utf8");
  return [postmaster, ...children.trim().split(" ").map(Number)];
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await expect(work()).rejects.toThrow(UnavailableError);
  return performance.now() - start;
}

describe("an outage of the database", () => {
  it("R-OPS-3: says why, where a name leads to several addresses too, and never the password", async () => {
    const port = await freePort();
    const opening = (host: string) => openDatabase({ ownerUrl: `postgres://u:hidden@${host}:${port}/d`, secret: "s" });
    for (const host of ["127.0.0.1", "localhost", "nowhere.invalid"]) {
      const error = await opening(host).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(UnavailableError);
      expect(error).toHaveProperty("reason", expect.stringMatching(/ECONNREFUSED|ENOTFOUND|EAI_AGAIN/));
      expect(error).toHaveProperty("reason", expect.not.stringContaining("hidden"));
    }
  });

  it("R-OPS-1: is not what a server without the TLS that was asked for has, for waiting does not help", async () => {
    await expect(openDatabase({ ownerUrl: `${server.url}?sslmode=require`, secret: "s" })).rejects.toThrow(
      /^DATABASE_URL asks for TLS that the server does not offer: The server does not support SSL/,
    );
  });

  it("R-OPS-3: a server that hangs is unavailable within 5 s, for waiting callers too, and all works again afterwards", {
    skip: process.platform !== "linux",
  }, async () => {
    const store = db.forUser(userId);
    await Promise.all(Array.from({ length: 10 }, () => store.createConversation())); // the pool is full
    const paused = await serverProcesses();
    for (const pid of paused) process.kill(pid, "SIGSTOP");
    try {
      const ready = db.isReady();
      const waits = await Promise.all([
        ...Array.from({ length: 15 }, () => timed(() => store.createConversation())),
        timed(() => store.addTask({ title: "x" })),
        timed(() => db.identity.findPerson(userId)),
        timed(() => db.countUse("k", 1, 1_000)),
      ]);
      expect(await ready).toBe(false);
      expect(Math.max(...waits)).toBeLessThan(5_000);
    } finally {
      for (const pid of paused) process.kill(pid, "SIGCONT");
    }
    await vi.waitFor(() => store.createConversation(), { timeout: 5_000, interval: 100 });
    expect(await db.isReady()).toBe(true);
  });

  it("R-OPS-3: sessions that the server ends again and again, at whatever moment, end nothing but themselves", async () => {
    const store = db.forUser(userId);
    const owner = new Client({ connectionString: server.url });
    await owner.connect();
    const end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holdfast'";
    for (let round = 0; round < 30; round++) {
      const calls = Promise.allSettled(Array.from({ length: 20 }, () => store.listTasks()));
      await owner.query(end);
      for (const call of await calls) {
        if (call.status === "rejected") expect(call.reason).toBeInstanceOf(UnavailableError);
      }
    }
    await owner.end();
    await store.listTasks();
  });

  it("R-OPS-3: a role whose password was changed is an outage too, whatever is connected still, and ends with it", async () => {
    const store = db.forUser(userId);
    await store.listConversations({ limit: 5 }); // a connection that stays
    const role = new URL(db.urls.app).username;
    const owner = new Client({ connectionString: server.url });
    await owner.connect();
    try {
      await owner.query(`ALTER ROLE ${role} PASSWORD 'another'`);
      const calls = await Promise.allSettled(Array.from({ length: 40 }, () => store.listConversations({ limit: 5 })));
      const refused = calls.flatMap((call) => (call.status === "rejected" ? [call.reason] : []));
      expect(refused).not.toEqual([]);
      for (const reason of refused) expect(reason).toBeInstanceOf(UnavailableError);
      await store.listConversations({ limit: 5 });
      expect(await db.isReady()).toBe(false);
    } finally {
      await owner.query(`ALTER ROLE ${role} PASSWORD '${decodeURIComponent(new URL(db.urls.app).password)}'`);
      await owner.end();
    }
    expect(await db.isReady()).toBe(true);
    await store.listConversations({ limit: 5 });
  });

  it("R-OPS-3: a server that dies is unavailable at once; when it is back, all works again", async () => {
    const store = db.forUser(userId);
    const heard: string[] = [];
    db.notices.subscribe((notice) => heard.push(notice.type));
    const { runner } = await db.runners.register();
    const turnId = randomUUID();
    const { turn } = await store.startTurn({ turnId, prompt: "p", model: "m", title: "t", runner });
    const [postmaster] = await serverProcesses();
    process.kill(postmaster ?? 0, "SIGKILL");
    await vi.waitFor(() => expect(store.listTasks()).rejects.toThrow(UnavailableError), { timeout: 3_000 });
    expect(await db.isReady()).toBe(false);
    await vi.waitFor(() => store.listTasks(), { timeout: 20_000, interval: 200 });
    await vi.waitFor(() => expect(heard).toContain("lost"), { timeout: 5_000 });
    const end = { status: "completed" as const, steps: [{ content: "kept", toolCalls: [] }], usage: null, cut: false };
    expect(await db.runners.finishTurn({ userId, turnId, runner }, end)).toBe(true);
    expect(await store.getChatHistory(turn.conversationId)).toHaveLength(2);
  });
});
