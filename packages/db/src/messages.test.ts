import { randomUUID } from "node:crypto";
import { isBlank, limits, type PlacedMessage, type ToolCall, truncate } from "@holdfast/contract";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InvalidCursorError, NotFoundError, TurnRunningError } from "./errors.ts";
import { createTestUser, openTestDatabase, type TestDatabase } from "./testing.ts";
import type { UserStore } from "./types.ts";

let db: TestDatabase;
let userId: string;
let ada: UserStore;

beforeAll(async () => {
  db = await openTestDatabase({ poolSize: 20 });
  userId = (await createTestUser(db)).id;
  ada = db.forUser(userId);
});

afterAll(() => db.close());

async function conversationOf(count: number): Promise<string> {
  const id = randomUUID();
  await db.sql("INSERT INTO conversations (user_id, id, message_count) VALUES ($1, $2, $3)", [userId, id, count]);
  await db.sql(
    `INSERT INTO messages (user_id, conversation_id, position, role, content)
     SELECT $1, $2, n, 'user', 'message ' || n FROM generate_series(1, $3::int) n`,
    [userId, id, count],
  );
  return id;
}

const positionsOf = (messages: PlacedMessage[]) => messages.map((one) => one.position);

describe("adding", () => {
  it("R-MSG-3: positions count from 1, and the conversation's count is the last one", async () => {
    const { id } = await ada.createConversation();
    const first = await ada.addMessage(id, "user", "Hello");
    const second = await ada.addMessage(id, "assistant", "Hi");
    expect([first.position, second.position]).toEqual([1, 2]);
    expect((await ada.findConversation(id)).messageCount).toBe(2);
    expect((await ada.findConversation(id)).updatedAt).toBe(second.createdAt);
    expect(await ada.findMessage(first.id)).toEqual(first);
  });

  it("R-MSG-3: fifty writers at once leave one order without gaps, and times that never decrease", async () => {
    const { id } = await ada.createConversation();
    const writers = 50;
    await Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        for (let i = 0; i < 6; i++) await ada.addMessage(id, "user", `${writer}/${i}`);
      }),
    );
    const rows = await db.sql<{ position: number; content: string; in_order: boolean }>(
      `SELECT position, content, created_at >= lag(created_at, 1, '-infinity') OVER (ORDER BY position) AS in_order
       FROM messages WHERE conversation_id = $1 ORDER BY position`,
      [id],
    );
    expect(rows.map((row) => row.position)).toEqual(Array.from({ length: writers * 6 }, (_, index) => index + 1));
    expect(rows.every((row) => row.in_order)).toBe(true);
    for (let writer = 0; writer < writers; writer++) {
      const own = rows.filter((row) => row.content.startsWith(`${writer}/`)).map((row) => row.content);
      expect(own).toEqual([0, 1, 2, 3, 4, 5].map((i) => `${writer}/${i}`));
    }
    expect((await ada.getChatHistory(id)).map((one) => one.content)).toEqual(rows.map((row) => row.content));
  });

  it("R-MSG-8: tool calls come back in full", async () => {
    const { id } = await ada.createConversation();
    const calls: ToolCall[] = [
      {
        id: "a",
        name: "add_task",
        arguments: { title: "Milk", tags: [1, null, true] },
        result: { id: "x" },
        status: "completed",
      },
      { id: "b", name: "list_tasks", arguments: {}, result: "no such thing", status: "failed" },
    ];
    await ada.addMessage(id, "assistant", "", calls);
    await ada.addMessage(id, "assistant", "none", []);
    const [withCalls, without] = await ada.getChatHistory(id);
    expect(withCalls?.toolCalls).toEqual(calls);
    expect(without?.toolCalls).toBeNull();
  });

  it("R-MSG-4: refuses an empty message, and says which rule", async () => {
    const { id } = await ada.createConversation();
    await expect(ada.addMessage(id, "user", " \n ")).rejects.toMatchObject({
      constraint: "messages_content_not_blank",
    });
    await expect(ada.addMessage(id, "user", "nul \u0000")).rejects.toMatchObject({ name: "RefusedValueError" });
    expect((await ada.findConversation(id)).messageCount).toBe(0);
  });

  it("R-TURN-7: is refused while a turn runs in the conversation", async () => {
    const { id } = await ada.createConversation();
    const { runner } = await db.runners.register();
    const turnId = randomUUID();
    await ada.startTurn({ turnId, conversationId: id, prompt: "p", model: "m", title: "t", runner });
    await expect(ada.addMessage(id, "user", "wait for me")).rejects.toThrow(TurnRunningError);
    await db.runners.finishTurn({ userId, turnId, runner }, { status: "stopped", steps: [], usage: null, cut: false });
    expect(await ada.addMessage(id, "user", "now")).toMatchObject({ position: 2 });
  });

  it("R-TURN-7: of a turn and a message at once, the message never lands inside the turn", async () => {
    const { runner } = await db.runners.register();
    for (let round = 0; round < 30; round++) {
      const { id } = await ada.createConversation();
      const turnId = randomUUID();
      const [added, started] = await Promise.allSettled([
        ada.addMessage(id, "user", "message"),
        ada.startTurn({ turnId, conversationId: id, prompt: "question", model: "m", title: "t", runner }),
      ]);
      if (started.status === "rejected") throw started.reason;
      const steps = [{ content: "answer", toolCalls: [] }];
      await db.runners.finishTurn({ userId, turnId, runner }, { status: "completed", steps, usage: null, cut: false });
      const said = (await ada.getChatHistory(id)).map((message) => message.content);
      expect(said).toEqual([...(added.status === "fulfilled" ? ["message"] : []), "question", "answer"]);
      expect((await ada.findTurn(turnId)).firstPosition).toBe(said.length - 1);
    }
  });
});

describe("content", () => {
  const strange = [
    "👩‍👩‍👧‍👦 é e\u0301 \u202Eright to left\u202C שלום",
    "<script>alert('x')</script> & \"quotes\" ' \\ \\n $1 %s {}",
    "\ttabs\r\nand\u2028lines\n\n",
    "\uFEFF.\u200B",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 \u{10FFFF} \uE000",
    "x".repeat(limits.messageLength),
  ];

  it.each(strange)("R-MSG-6: comes back byte for byte (%#)", async (content) => {
    const { id } = await ada.createConversation();
    await ada.addMessage(id, "user", content);
    expect((await ada.getChatHistory(id))[0]?.content).toBe(content);
  });

  it("R-MSG-6: comes back byte for byte, whatever it is", async () => {
    const { id } = await ada.createConversation();
    const storable = fc
      .string({ unit: "binary", minLength: 1, maxLength: 300 })
      .map((text) => text.replaceAll("\u0000", ""))
      .filter((text) => !isBlank(text));
    const all: PlacedMessage[] = [];
    await fc.assert(
      fc.asyncProperty(storable, fc.jsonValue({ noUnicodeString: false }), async (text, json) => {
        const result = JSON.parse(JSON.stringify(json).replaceAll("\\u0000", "")); // jsonb cannot hold it
        const call = { id: "1", name: "tool", arguments: {}, result, status: "completed" as const };
        const added = await ada.addMessage(id, "assistant", text, [call]);
        const found = await ada.findMessage(added.id);
        expect(found.content).toBe(text);
        all.push(found);
        expect(JSON.stringify(found.toolCalls?.[0]?.result)).toEqual(JSON.stringify(sortKeys(result)));
      }),
      { numRuns: 150 },
    );
    expect(await ada.getChatHistory(id)).toEqual(all.map(({ position, ...message }) => message));
  });
});

/** jsonb orders keys by length, then by bytes, and has no negative zero. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === 0) return 0;
  if (value === null || typeof value !== "object") return value;
  const length = (key: string) => Buffer.byteLength(key);
  const entries = Object.entries(value).sort(
    ([a], [b]) => length(a) - length(b) || Buffer.compare(Buffer.from(a), Buffer.from(b)),
  );
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}

describe("the whole history", () => {
  it("R-MSG-3, R-MSG-9: has every message in order, with gaps between them, too", async () => {
    const id = await conversationOf(300);
    await db.sql(
      `INSERT INTO messages (user_id, conversation_id, position, role, content)
       SELECT $1, $2, n, 'user', 'message ' || n FROM unnest(ARRAY[900, 901, 2000]) n`,
      [userId, id],
    );
    const positions = [...Array.from({ length: 300 }, (_, index) => index + 1), 900, 901, 2000];
    const history = await ada.getChatHistory(id);
    expect(history.map((one) => one.content)).toEqual(positions.map((position) => `message ${position}`));
    expect(await ada.getChatHistory((await ada.createConversation()).id)).toEqual([]);
  });

  it("R-MSG-1: times are said as they are everywhere, whatever the zone of the server", async () => {
    const id = await conversationOf(3);
    const times = ["2026-01-31 09:26:53+00", "2026-01-31 09:26:53.5+00", "2026-07-31 01:02:03.004+05:30"];
    await Promise.all(
      times.map((time, index) =>
        db.sql("UPDATE messages SET created_at = $3 WHERE user_id = $1 AND conversation_id = $2 AND position = $4", [
          ...[userId, id, time, index + 1],
        ]),
      ),
    );
    const expected = ["2026-01-31T09:26:53.000Z", "2026-01-31T09:26:53.500Z", "2026-07-30T19:32:03.004Z"];
    expect((await ada.getChatHistory(id)).map((one) => one.createdAt)).toEqual(expected);
    expect((await ada.pageOfMessages(id, { limit: 5 })).messages.map((one) => one.createdAt)).toEqual(expected);
  });
});

describe("pages", () => {
  it.each([
    [0, 5],
    [1, 5],
    [5, 5],
    [6, 5],
    [23, 5],
    [200, 50],
  ])("R-MSG-9: walking back through %i messages by %i meets each once, in order", async (count, limit) => {
    const id = await conversationOf(count);
    let walked: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await ada.pageOfMessages(id, { limit, cursor });
      expect(page.messages.length).toBeLessThanOrEqual(limit);
      walked = [...positionsOf(page.messages), ...walked];
      cursor = page.olderCursor ?? undefined;
    } while (cursor);
    expect(walked).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  });

  it("R-MSG-9: walking forward from the beginning meets each once, in order", async () => {
    const id = await conversationOf(23);
    const [beginning] = (await ada.pageOfMessages(id, { limit: 50 })).messages;
    let page = await ada.pageOfMessages(id, { limit: 5, around: beginning?.id });
    const walked = positionsOf(page.messages);
    while (page.newerCursor) {
      page = await ada.pageOfMessages(id, { limit: 5, cursor: page.newerCursor });
      walked.push(...positionsOf(page.messages));
    }
    expect(page.olderCursor).not.toBeNull();
    expect(walked).toEqual(Array.from({ length: 23 }, (_, index) => index + 1));
  });

  it("R-MSG-9: the page around a message has it in the middle, and leads both ways", async () => {
    const id = await conversationOf(50);
    const target = (await ada.pageOfMessages(id, { limit: 50 })).messages[24];
    const page = await ada.pageOfMessages(id, { limit: 10, around: target?.id });
    expect(positionsOf(page.messages)).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
    const older = await ada.pageOfMessages(id, { limit: 10, cursor: page.olderCursor ?? "" });
    expect(positionsOf(older.messages)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    const newer = await ada.pageOfMessages(id, { limit: 100, cursor: page.newerCursor ?? "" });
    expect(newer.messages.at(-1)?.position).toBe(50);
    expect(newer.newerCursor).toBeNull();
  });

  it("R-MSG-9: the newest page says that nothing is newer; the oldest, that nothing is older", async () => {
    const id = await conversationOf(10);
    const newest = await ada.pageOfMessages(id, { limit: 4 });
    expect(newest).toMatchObject({ newerCursor: null, turns: [] });
    const whole = await ada.pageOfMessages(id, { limit: 10 });
    expect(whole).toMatchObject({ newerCursor: null, olderCursor: null });
  });

  it("R-CONV-6: a message of another conversation is not found, a malformed cursor refused", async () => {
    const [id, other] = [await conversationOf(3), await conversationOf(3)];
    const foreign = (await ada.pageOfMessages(other, { limit: 1 })).messages[0];
    await expect(ada.pageOfMessages(id, { limit: 5, around: foreign?.id })).rejects.toThrow(NotFoundError);
    for (const cursor of ["x", "o", "o-1", "n1.5", "z3"]) {
      await expect(ada.pageOfMessages(id, { limit: 5, cursor })).rejects.toThrow(InvalidCursorError);
    }
  });
});

describe("history for a model", () => {
  it("R-MSG-9: is the newest messages within a number of characters", async () => {
    const { id } = await ada.createConversation();
    for (const content of ["aaaa", "bbbb", "cccc"]) await ada.addMessage(id, "user", content);
    const contents = async (characters: number) => (await ada.recentHistory(id, characters)).map((one) => one.content);
    expect(await contents(12)).toEqual(["aaaa", "bbbb", "cccc"]);
    expect(await contents(11)).toEqual(["bbbb", "cccc"]);
    expect(await contents(3)).toEqual([]);
  });

  it("R-MSG-9: reaches beyond one chunk of messages", async () => {
    const id = await conversationOf(300);
    expect(positionsOf(await ada.recentHistory(id, 1_000_000))).toHaveLength(300);
    const some = await ada.recentHistory(id, 2_000);
    expect(some.at(-1)?.position).toBe(300);
    expect(some.length).toBeGreaterThan(100);
    expect(truncate(some.map((one) => one.content).join(""), 2_001).length).toBeLessThanOrEqual(2_000);
  });

  it("R-CONV-6: messages of another person are not found by id", async () => {
    const bob = db.forUser((await createTestUser(db)).id);
    const { id } = await ada.createConversation();
    const message = await ada.addMessage(id, "user", "mine");
    await expect(bob.findMessage(message.id)).rejects.toThrow(NotFoundError);
  });
});
