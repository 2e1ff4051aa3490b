import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openDatabase } from "./database.ts";
import { createTestUser, openTestDatabase, type TestDatabase } from "./testing.ts";
import type { Notice } from "./types.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await openTestDatabase();
});

afterAll(() => db.close());

/** Another process that registers, starts a turn, says something and lives on. */
async function startProcess(userId: string) {
  const turnId = randomUUID();
  const script = `
    import { openDatabase } from ${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)};
    const db = await openDatabase(${JSON.stringify(db.options)});
    const { runner } = await db.runners.register();
    const store = db.forUser("${userId}");
    const { turn } = await store.startTurn({ turnId: "${turnId}", prompt: "p", model: "m", title: "t", runner });
    const chunk = { userId: "${userId}", conversationId: turn.conversationId, turnId: turn.id };
    for (const [index, delta] of ["What was ", "said"].entries()) {
      await db.runners.appendChunks(runner, [{ ...chunk, seq: index + 1, events: [{ type: "text", step: 0, delta }] }]);
    }
    process.on("SIGUSR2", async () => {
      const end = { status: "completed", steps: [{ content: "late", toolCalls: [] }], usage: null, cut: false };
      console.log(String(await db.runners.finishTurn({ userId: "${userId}", turnId: "${turnId}", runner }, end)));
    });
    console.log(turn.conversationId);
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = await once(child.stdout, "data");
  return { child, turnId, conversationId: String(said).trim() };
}

async function sweepUntil(turnId: string, deadlineMs: number): Promise<boolean> {
  const deadline = performance.now() + deadlineMs;
  while (performance.now() < deadline) {
    const swept = await db.runners.sweep();
    if (swept.some((turn) => turn.turnId === turnId)) return true;
    await sleep(100);
  }
  return false;
}

/** As another program would write one. */
async function turnWithoutRunner(): Promise<{ userId: string; turnId: string }> {
  const { id: userId } = await createTestUser(db);
  const { id } = await db.forUser(userId).createConversation();
  const turnId = randomUUID();
  const insert = "INSERT INTO turns (user_id, id, conversation_id, prompt) VALUES ($1, $2, $3, 'p')";
  await db.sql(insert, [userId, turnId, id]);
  return { userId, turnId };
}

describe("runners", () => {
  it("R-TURN-5: a process killed in mid-answer leaves an interrupted turn with what it had said, within 5 s", async () => {
    const { id: userId } = await createTestUser(db);
    const store = db.forUser(userId);
    const notices: Notice[] = [];
    const unsubscribe = db.notices.subscribe((notice) => notices.push(notice));
    const { child, turnId, conversationId } = await startProcess(userId);
    await sleep(2_500); // longer than a heartbeat may be missed: it must be seen as alive
    expect(await db.runners.sweep()).toEqual([]);
    child.kill("SIGKILL");
    expect(await sweepUntil(turnId, 5_000)).toBe(true);
    expect(await store.openTurn(conversationId)).toMatchObject({
      status: "interrupted",
      steps: [{ content: "What was said" }],
      failure: { code: "interrupted" },
    });
    const [left] = await db.sql<{ n: number }>("SELECT count(*)::int AS n FROM turn_chunks");
    expect(left?.n).toBe(0);
    await vi.waitFor(() => {
      expect(notices).toContainEqual({ type: "turn-ended", userId, conversationId, turnId, status: "interrupted" });
      expect(notices).toContainEqual({ type: "lost" }); // it may have ended other turns that nobody heard of
    });
    unsubscribe();
  });

  it("R-TURN-5: a process paused past its lease stores nothing when it wakes", async () => {
    const { id: userId } = await createTestUser(db);
    const { child, turnId, conversationId } = await startProcess(userId);
    try {
      child.kill("SIGSTOP");
      expect(await sweepUntil(turnId, 12_000)).toBe(true);
      child.kill("SIGUSR2"); // arrives when it wakes
      child.kill("SIGCONT");
      const [said] = await once(child.stdout, "data");
      expect(String(said).trim()).toBe("false");
      expect(await db.forUser(userId).getChatHistory(conversationId)).toEqual([]);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("R-TURN-8: a runner that was taken for dead is told, and runs on under its number", async () => {
    const other = await openDatabase(db.options);
    const { runner, onLost } = await other.runners.register();
    const lost = vi.fn();
    onLost(lost);
    await db.sql("DELETE FROM runners WHERE id = $1", [runner]);
    await vi.waitFor(() => expect(lost).toHaveBeenCalledOnce(), { timeout: 4_000 });
    const rows = await db.sql("SELECT FROM runners WHERE id = $1", [runner]);
    expect(rows).toHaveLength(1);
    await other.close();
    expect(await db.sql("SELECT FROM runners WHERE id = $1", [runner])).toHaveLength(0);
  });

  it("R-TURN-8: after an outage of its connection a runner renews, and keeps its turns", async () => {
    const other = await openDatabase(db.options);
    const { id: userId } = await createTestUser(db);
    const { runner, onLost } = await other.runners.register();
    const lost = vi.fn();
    onLost(lost);
    const heard: Notice[] = [];
    other.notices.subscribe((notice) => heard.push(notice));
    const input = { turnId: randomUUID(), prompt: "p", model: "m", title: "t", runner };
    const { turn } = await other.forUser(userId).startTurn(input);
    await db.sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()",
    );
    for (let i = 0; i < 12; i++) {
      await sleep(300);
      expect(await db.runners.sweep().catch(() => [])).toEqual([]);
    }
    expect(heard).toContainEqual({ type: "lost" });
    expect(lost).not.toHaveBeenCalled();
    const end = { status: "completed" as const, steps: [{ content: "here", toolCalls: [] }], usage: null, cut: false };
    expect(await other.runners.finishTurn({ userId, turnId: turn.id, runner }, end)).toBe(true);
    await other.close();
  });

  it("R-TURN-5: turns without a runner, or of one that never registered, are interrupted", async () => {
    const { turnId } = await turnWithoutRunner();
    expect(await sweepUntil(turnId, 3_000)).toBe(true);
  });

  it("R-TURN-5: a turn whose chunks another program wrote is interrupted like any, and shows what can be read", async () => {
    const { userId, turnId } = await turnWithoutRunner();
    const odd = [
      '{"text": "a"}',
      '"b"',
      "null",
      '[{"type": "text", "delta": "c"}, {"type": "text", "step": 0, "delta": "d"}]',
    ];
    for (const [index, data] of odd.entries()) {
      await db.sql("INSERT INTO turn_chunks (user_id, turn_id, seq, data) VALUES ($1, $2, $3, $4)", [
        userId,
        turnId,
        index + 1,
        data,
      ]);
    }
    expect((await db.forUser(userId).findTurn(turnId)).steps).toEqual([{ content: "d", toolCalls: [] }]);
    expect(await sweepUntil(turnId, 3_000)).toBe(true);
    const turn = await db.forUser(userId).findTurn(turnId);
    expect(turn).toMatchObject({ status: "interrupted", steps: [{ content: "d", toolCalls: [] }] });
  });

  it("R-TURN-5: a process that died before the clock went back by an hour is found dead all the same, and none that lives", async () => {
    const { id: userId } = await createTestUser(db);
    const living = await openDatabase(db.options);
    const { runner, onLost } = await living.runners.register();
    const lost = vi.fn();
    onLost(lost);
    const { child, turnId } = await startProcess(userId);
    child.kill("SIGKILL");
    await once(child, "exit");
    await db.sql("UPDATE runners SET seen_at = clock_timestamp() + interval '1 hour'");
    expect(await sweepUntil(turnId, 6_000)).toBe(true);
    expect(await db.sql("SELECT FROM runners WHERE id = $1", [runner])).toHaveLength(1);
    expect(lost).not.toHaveBeenCalled();
    await living.close();
  });

  it("R-TURN-5, R-TURN-9: a tool's call that its process died in does not run on: nobody knows whether it was done", async () => {
    const { userId, turnId } = await turnWithoutRunner();
    const called = { type: "tool-call", step: 0, id: "c", name: "add_task", arguments: {} };
    await db.sql("INSERT INTO turn_chunks (user_id, turn_id, seq, data) VALUES ($1, $2, 1, $3)", [
      userId,
      turnId,
      JSON.stringify([called]),
    ]);
    expect(await sweepUntil(turnId, 5_000)).toBe(true);
    const left = { id: "c", status: "failed", result: expect.stringContaining("may have been done") };
    const store = db.forUser(userId);
    expect((await store.findTurn(turnId)).steps).toMatchObject([{ toolCalls: [left] }]);
    const { conversationId, prompt } = await store.findTurn(turnId);
    const { runner } = await db.runners.register();
    const again = await store.startTurn({ turnId, conversationId, prompt, model: "m", title: "t", runner });
    expect(again.earlierCalls).toMatchObject([left]);
  });

  it("R-TURN-8: two sweepers at once report a turn once", async () => {
    const { id: userId } = await createTestUser(db);
    for (let i = 0; i < 10; i++) {
      const input = { turnId: randomUUID(), prompt: "p", model: "m", title: "t", runner: 1 };
      await db.forUser(userId).startTurn(input);
    }
    const swept = (await Promise.all([1, 2, 3].map(() => db.runners.sweep()))).flat();
    expect(swept).toHaveLength(10);
    expect(new Set(swept.map((turn) => turn.turnId)).size).toBe(10);
  });
});
