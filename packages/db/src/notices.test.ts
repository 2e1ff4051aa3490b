import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openDatabase } from "./database.ts";
import { encodeNotice, NoticeDecoder } from "./notice-codec.ts";
import { createTestUser, openTestDatabase, type TestDatabase } from "./testing.ts";
import type { Database, Notice } from "./types.ts";

describe("payloads", () => {
  it("R-TURN-8: whatever a turn says arrives whole, in payloads that NOTIFY can hold", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary", maxLength: 20_000 }), { maxLength: 3 }), (deltas) => {
        const decoder = new NoticeDecoder("me");
        const events = deltas.map((delta) => ({ type: "text" as const, step: 0, delta }));
        const notice: Notice = {
          type: "chunks",
          userId: "u",
          conversationId: "c",
          chunk: { turnId: "t", seq: 1, events },
        };
        const payloads = encodeNotice("you", 1, notice);
        expect(payloads.every((payload) => Buffer.byteLength(payload) < 7_999)).toBe(true);
        const decoded = payloads.map((payload) => decoder.decode(payload));
        expect(decoded.at(-1)).toEqual(notice);
        expect(decoded.slice(0, -1).every((part) => part === null)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("R-TURN-8: a part without its beginning is dropped, and so are our own", () => {
    const notice: Notice = { type: "turn-stop", userId: "u".repeat(9_000), turnId: "t" };
    const [, second] = encodeNotice("you", 1, notice);
    expect(new NoticeDecoder("me").decode(second ?? "")).toBeNull();
    expect(encodeNotice("me", 1, { type: "lost" }).map((payload) => new NoticeDecoder("me").decode(payload))).toEqual([
      null,
    ]);
  });
});

describe("between processes", () => {
  let db: TestDatabase;
  let other: Database;

  beforeAll(async () => {
    db = await openTestDatabase();
    other = await openDatabase(db.options);
  });

  afterAll(async () => {
    await other.close();
    await db.close();
  });

  it("R-TURN-8: what one does the other hears, and each its own as its own", async () => {
    const { id: userId } = await createTestUser(db);
    const here: [Notice, boolean][] = [];
    const there: [Notice, boolean][] = [];
    const stop = db.notices.subscribe((notice, own) => here.push([notice, own]));
    other.notices.subscribe((notice, own) => there.push([notice, own]));

    const store = db.forUser(userId);
    const { runner } = await db.runners.register();
    const turnId = randomUUID();
    const { turn } = await store.startTurn({ turnId, prompt: "p", model: "m", title: "t", runner });
    const { conversationId } = turn;
    const chunk = { turnId, seq: 1, events: [{ type: "text" as const, step: 0, delta: "é😀".repeat(5_000) }] };
    // Chunks are told with their own statement, and wait for nothing that was told before: who hears them first reads the turn.
    await vi.waitFor(() => expect(there.map(([notice]) => notice.type)).toContain("turn-started"));
    await db.runners.appendChunks(runner, [{ userId, conversationId, ...chunk }]);
    await store.requestStop(turnId);
    const end = { status: "stopped" as const, steps: [], usage: null, cut: false };
    await db.runners.finishTurn({ userId, turnId, runner }, end);
    await store.removeConversation(conversationId);
    await db.deleteUser(userId);

    const expected: Notice[] = [
      { type: "conversation", userId, conversationId, change: "created" },
      { type: "turn-started", userId, conversationId, turnId, status: "running" },
      { type: "chunks", userId, conversationId, chunk },
      { type: "turn-stop", userId, turnId },
      { type: "turn-ended", userId, conversationId, turnId, status: "stopped" },
      { type: "conversation", userId, conversationId, change: "updated" },
      { type: "conversation", userId, conversationId, change: "deleted" },
      { type: "user-deleted", userId },
    ];
    await vi.waitFor(() => expect(there.map(([notice]) => notice.type)).toEqual(expected.map((notice) => notice.type)));
    expect(JSON.stringify(there.map(([notice]) => notice)) === JSON.stringify(expected)).toBe(true); // too long to be printed
    expect(here.map(([notice]) => notice.type)).toEqual(expected.map((notice) => notice.type));
    expect(here.every(([, own]) => own)).toBe(true);
    expect(there.some(([, own]) => own)).toBe(false);
    stop();
  });

  it("R-TASK-3: a change of tasks by the tool server's role is heard", async () => {
    const { id: userId } = await createTestUser(db);
    const heard: Notice[] = [];
    db.notices.subscribe((notice) => heard.push(notice));
    const tasks = await db.asRole("tasks");
    await tasks.query("BEGIN");
    await tasks.query("SELECT set_config('app.user_id', $1, true)", [userId]);
    await tasks.query("INSERT INTO tasks (user_id, title) VALUES ($1, 'a'), ($1, 'b')", [userId]);
    await tasks.query("COMMIT");
    await vi.waitFor(() => expect(heard).toEqual([{ type: "tasks", userId }]));
  });
});
