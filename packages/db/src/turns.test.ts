import { randomUUID } from "node:crypto";
import type { ToolCall, TurnEvent } from "@holdfast/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { NotFoundError, TurnConflictError, TurnRunningError } from "./errors.ts";
import { turnMessageId } from "./ids.ts";
import { createTestUser, openTestDatabase, type TestDatabase } from "./testing.ts";
import type { StartTurn, StoredStep, TurnEnd, UserStore } from "./types.ts";

let db: TestDatabase;
let userId: string;
let ada: UserStore;
let runner: number;

beforeAll(async () => {
  db = await openTestDatabase();
  runner = (await db.runners.register()).runner;
});

beforeEach(async () => {
  userId = (await createTestUser(db)).id;
  ada = db.forUser(userId);
});

afterAll(() => db.close());

function send(change: Partial<StartTurn> = {}): StartTurn {
  return { turnId: randomUUID(), prompt: "What is up?", model: "built-in", title: "What is up?", runner, ...change };
}

function say(turnId: string, conversationId: string, seq: number, events: TurnEvent[]) {
  return db.runners.appendChunks(runner, [{ userId, conversationId, turnId, seq, events }]);
}

const text = (delta: string, step = 0): TurnEvent => ({ type: "text", step, delta });
const call: ToolCall = {
  id: "c1",
  name: "add_task",
  arguments: { title: "Milk" },
  result: { id: "t1" },
  status: "completed",
};
const failure = { code: "model_unavailable" as const, message: "The model cannot be reached." };

function completed(...contents: string[]): TurnEnd {
  return { status: "completed", steps: contents.map(answer), usage: null, cut: false };
}

function answer(content: string): StoredStep {
  return { content, toolCalls: [] };
}

async function rowsOf(table: string): Promise<number> {
  const [row] = await db.sql<{ n: number }>(`SELECT count(*)::int AS n FROM ${table} WHERE user_id = $1`, [userId]);
  return row?.n ?? -1;
}

describe("starting", () => {
  it("R-TURN-6: a first send makes the conversation, titled as given", async () => {
    const input = send();
    const { started, conversationCreated, turn, earlierCalls } = await ada.startTurn(input);
    expect({ started, conversationCreated, earlierCalls }).toEqual({
      started: true,
      conversationCreated: true,
      earlierCalls: [],
    });
    expect(turn).toMatchObject({
      id: input.turnId,
      status: "running",
      prompt: input.prompt,
      firstPosition: 1,
      lastPosition: null,
      seq: 0,
      steps: [],
      promptMessageId: turnMessageId(input.turnId, 0),
      answerMessageId: turnMessageId(input.turnId, 1),
    });
    expect(await ada.findConversation(turn.conversationId)).toMatchObject({ title: "What is up?", running: true });
  });

  it("R-TURN-6: the same first send many times at once makes one conversation and one turn", async () => {
    const input = send();
    const all = await Promise.all(Array.from({ length: 12 }, () => ada.startTurn(input)));
    expect(all.filter((one) => one.started)).toHaveLength(1);
    expect(all.filter((one) => one.conversationCreated)).toHaveLength(1);
    expect(new Set(all.map((one) => one.turn.conversationId)).size).toBe(1);
    expect([await rowsOf("conversations"), await rowsOf("turns")]).toEqual([1, 1]);
  });

  it("R-TURN-6: repeating a first send with the conversation that it made is the same turn", async () => {
    const input = send();
    const { turn } = await ada.startTurn(input);
    const again = await ada.startTurn({ ...input, conversationId: turn.conversationId });
    expect(again).toMatchObject({ started: false, turn: { id: turn.id } });
  });

  it("R-TURN-6: the same turn again, running, completed or stopped, is answered as it stands", async () => {
    const { id: conversationId } = await ada.createConversation();
    const input = send({ conversationId });
    await ada.startTurn(input);
    await say(input.turnId, conversationId, 1, [text("Not ")]);
    expect((await ada.startTurn(input)).turn).toMatchObject({
      status: "running",
      steps: [{ content: "Not " }],
      seq: 1,
    });
    await db.runners.finishTurn({ userId, turnId: input.turnId, runner }, completed("Not much."));
    const again = await ada.startTurn(input);
    expect(again).toMatchObject({ started: false, turn: { status: "completed", steps: [{ content: "Not much." }] } });
    expect(await rowsOf("messages")).toBe(2);
  });

  it("R-TURN-6: the same id with another text or conversation is a conflict", async () => {
    const input = send({ conversationId: (await ada.createConversation()).id });
    const other = await ada.createConversation();
    await ada.startTurn(input);
    await expect(ada.startTurn({ ...input, prompt: "Else" })).rejects.toThrow(TurnConflictError);
    await expect(ada.startTurn({ ...input, conversationId: other.id })).rejects.toThrow(TurnConflictError);
    await expect(ada.startTurn({ ...input, conversationId: undefined })).rejects.toThrow(TurnConflictError);
  });

  it("R-TURN-7: of many turns at once in one conversation, one runs; in many conversations, all", async () => {
    const { id: conversationId } = await ada.createConversation();
    const one = await Promise.allSettled(Array.from({ length: 10 }, () => ada.startTurn(send({ conversationId }))));
    expect(one.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    for (const result of one) if (result.status === "rejected") expect(result.reason).toBeInstanceOf(TurnRunningError);
    const many = await Promise.all(Array.from({ length: 10 }, () => ada.startTurn(send())));
    expect(many.every((result) => result.started)).toBe(true);
    expect(await ada.runningTurns()).toHaveLength(11);
  });

  it("R-CONV-4: a turn moves its conversation to the top as soon as it starts", async () => {
    const { id } = await ada.createConversation();
    await ada.createConversation();
    await ada.startTurn(send({ conversationId: id }));
    expect((await ada.listConversations({ limit: 1 })).conversations).toMatchObject([{ id, running: true }]);
  });
});

describe("ending", () => {
  it("R-TURN-1: all messages of a turn are stored together, under the ids they were shown with", async () => {
    const { turn } = await ada.startTurn(send());
    await say(turn.id, turn.conversationId, 1, [text("Adding")]);
    const steps = [{ content: "Adding…", toolCalls: [call] }, answer("Done.")];
    const usage = { inputTokens: 10, outputTokens: 5, cost: 0.001 };
    const end = { status: "completed" as const, steps, usage, cut: true };
    expect(await db.runners.finishTurn({ userId, turnId: turn.id, runner }, end)).toBe(true);
    const messages = await ada.getChatHistory(turn.conversationId);
    expect(messages.map(({ id, role, content, toolCalls }) => ({ id, role, content, toolCalls }))).toEqual([
      { id: turn.promptMessageId, role: "user", content: turn.prompt, toolCalls: null },
      { id: turn.answerMessageId, role: "assistant", content: "Adding…", toolCalls: [call] },
      { id: turnMessageId(turn.id, 2), role: "assistant", content: "Done.", toolCalls: null },
    ]);
    expect(await ada.turnMessages(turn.id)).toEqual(messages);
    expect(await ada.findTurn(turn.id)).toMatchObject({
      status: "completed",
      firstPosition: 1,
      lastPosition: 3,
      usage,
      cut: true,
    });
    expect(await ada.findConversation(turn.conversationId)).toMatchObject({ messageCount: 3, running: false });
    expect(await rowsOf("turn_chunks")).toBe(0);
  });

  it("R-TURN-4: a turn stopped before anything was said stores the question alone", async () => {
    const { turn } = await ada.startTurn(send());
    const end = { status: "stopped" as const, steps: [answer(" \n")], usage: null, cut: false };
    await db.runners.finishTurn({ userId, turnId: turn.id, runner }, end);
    expect(await ada.getChatHistory(turn.conversationId)).toMatchObject([{ role: "user", content: turn.prompt }]);
    expect(await ada.openTurn(turn.conversationId)).toBeNull();
  });

  it("R-TURN-2: a failed turn stores no message; it shows what was said, and its place", async () => {
    const { id: conversationId } = await ada.createConversation();
    await ada.addMessage(conversationId, "user", "before");
    const { turn } = await ada.startTurn(send({ conversationId }));
    await say(turn.id, conversationId, 1, [text("I was")]);
    const end = { status: "failed" as const, failure, steps: [{ content: "I was", toolCalls: [call] }], usage: null };
    expect(await db.runners.finishTurn({ userId, turnId: turn.id, runner }, end)).toBe(true);
    expect(await ada.getChatHistory(conversationId)).toHaveLength(1);
    const open = await ada.openTurn(conversationId);
    expect(open).toMatchObject({ status: "failed", failure, firstPosition: 2, lastPosition: null });
    expect(open?.steps).toEqual([{ content: "I was", toolCalls: [call] }]);
    expect(await rowsOf("turn_chunks")).toBe(0);
    const page = await ada.pageOfMessages(conversationId, { limit: 10 });
    expect(page.turns).toMatchObject([{ id: turn.id, status: "failed", firstPosition: 2 }]);
  });

  it("R-TURN-5: another runner cannot end a turn, and nothing of it is changed", async () => {
    const { turn } = await ada.startTurn(send());
    await say(turn.id, turn.conversationId, 1, [text("x")]);
    const stranger = { userId, turnId: turn.id, runner: runner + 1 };
    expect(await db.runners.finishTurn(stranger, completed("stolen"))).toBe(false);
    expect(await db.runners.finishTurn(stranger, { status: "failed", failure, steps: [], usage: null })).toBe(false);
    expect(await ada.findTurn(turn.id)).toMatchObject({ status: "running", steps: [{ content: "x" }] });
    expect(await rowsOf("messages")).toBe(0);
    expect(await db.runners.finishTurn({ ...stranger, runner }, completed("mine"))).toBe(true);
    expect(await db.runners.finishTurn({ ...stranger, runner }, completed("twice"))).toBe(false);
    expect(await rowsOf("messages")).toBe(2);
  });

  it("R-TURN-5: chunks of a turn that has ended, or runs elsewhere, are left out", async () => {
    const { turn } = await ada.startTurn(send());
    const chunk = { userId, conversationId: turn.conversationId, turnId: turn.id, events: [text("x")] };
    await db.runners.appendChunks(runner + 1, [{ ...chunk, seq: 1 }]);
    await db.runners.appendChunks(runner, [{ ...chunk, turnId: randomUUID(), seq: 1 }]);
    expect(await rowsOf("turn_chunks")).toBe(0);
    await db.runners.finishTurn({ userId, turnId: turn.id, runner }, completed("done"));
    await db.runners.appendChunks(runner, [{ ...chunk, seq: 2 }]);
    expect(await rowsOf("turn_chunks")).toBe(0);
  });

  it("R-TURN-5: chunks that arrive while the turn ends leave none behind", async () => {
    for (let round = 0; round < 20; round++) {
      const { turn } = await ada.startTurn(send());
      const chunks = [1, 2, 3, 4, 5].map((seq) => say(turn.id, turn.conversationId, seq, [text("x")]));
      await Promise.all([...chunks, db.runners.finishTurn({ userId, turnId: turn.id, runner }, completed("done"))]);
    }
    expect(await rowsOf("turn_chunks")).toBe(0);
  });

  it("R-MSG-6: what a model says and the database cannot hold becomes U+FFFD", async () => {
    const { turn } = await ada.startTurn(send());
    const garbled = { ...call, result: { "k\u0000": ["\ud83d", "a\u0000"] } };
    await db.runners.finishTurn(
      { userId, turnId: turn.id, runner },
      { status: "completed", steps: [{ content: "a\u0000b\udc00", toolCalls: [garbled] }], usage: null, cut: false },
    );
    const [, stored] = await ada.getChatHistory(turn.conversationId);
    expect(stored?.content).toBe("a\uFFFDb\uFFFD");
    expect(stored?.toolCalls?.[0]?.result).toEqual({ "k\uFFFD": ["\uFFFD", "a\uFFFD"] });
  });

  it("R-TURN-1: turns that end and messages that arrive at once leave positions without gaps", async () => {
    const { id: conversationId } = await ada.createConversation();
    let turns = 0;
    let added = 0;
    const sends = Array.from({ length: 25 }, async () => {
      const input = send({ conversationId });
      await ada.startTurn(input);
      turns++;
      await db.runners.finishTurn({ userId, turnId: input.turnId, runner }, completed("one", "two"));
    });
    const adds = Array.from({ length: 25 }, async () => {
      await ada.addMessage(conversationId, "system", "between");
      added++;
    });
    await Promise.allSettled([...sends, ...adds]);
    const rows = await db.sql<{ position: number; content: string }>(
      "SELECT position, content FROM messages WHERE conversation_id = $1 ORDER BY position",
      [conversationId],
    );
    expect(rows).toHaveLength(turns * 3 + added);
    expect(rows.map((row) => row.position)).toEqual(rows.map((_, index) => index + 1));
    const spoken = rows.filter((row) => row.content !== "between").map((row) => row.content);
    expect(spoken).toEqual(Array.from({ length: turns }, () => ["What is up?", "one", "two"]).flat());
    for (const [index, row] of rows.entries()) {
      if (row.content === "one")
        expect([rows[index - 1]?.content, rows[index + 1]?.content]).toEqual(["What is up?", "two"]);
    }
  });
});

describe("trying again", () => {
  async function failedTurn(steps: StoredStep[], input = send()) {
    const { turn } = await ada.startTurn(input);
    await db.runners.finishTurn({ userId, turnId: turn.id, runner }, { status: "failed", failure, steps, usage: null });
    return { ...input, turn };
  }

  it("R-TURN-6: the same id after a failure runs again", async () => {
    const { turn, ...input } = await failedTurn([answer("half")]);
    const again = await ada.startTurn({ ...input, model: "openai/other" });
    expect(again).toMatchObject({ started: true, conversationCreated: false });
    expect(again.turn).toMatchObject({ status: "running", failure: null, steps: [], seq: 0, model: "openai/other" });
    expect(again.turn.conversationId).toBe(turn.conversationId);
    await say(turn.id, turn.conversationId, 1, [text("whole")]);
    await db.runners.finishTurn({ userId, turnId: turn.id, runner }, completed("whole"));
    expect(await ada.turnMessages(turn.id)).toHaveLength(2);
  });

  it("R-TURN-9: what tools did in the attempts before is given once each, however often it failed", async () => {
    const second = { ...call, id: "c2", status: "failed" as const };
    const { turn, ...input } = await failedTurn([{ content: "", toolCalls: [call] }]);
    expect((await ada.startTurn(input)).earlierCalls).toEqual([call]);
    const end = {
      status: "failed" as const,
      failure,
      usage: null,
      steps: [{ content: "", toolCalls: [call, second] }],
    };
    await db.runners.finishTurn({ userId, turnId: turn.id, runner }, end);
    expect((await ada.startTurn(input)).earlierCalls).toEqual([call, second]);
  });

  it("R-TURN-6: many retries at once run it once", async () => {
    const { turn: _, ...input } = await failedTurn([]);
    const all = await Promise.all(Array.from({ length: 10 }, () => ada.startTurn(input)));
    expect(all.filter((one) => one.started)).toHaveLength(1);
  });

  it("R-TURN-7: a failed turn does not run again beside another", async () => {
    const { turn, ...input } = await failedTurn([]);
    await ada.startTurn(send({ conversationId: turn.conversationId }));
    await expect(ada.startTurn(input)).rejects.toThrow(TurnRunningError);
    expect(await ada.findTurn(turn.id)).toMatchObject({ status: "failed" });
  });

  it("R-TURN-2: a turn that runs again takes its place at the end", async () => {
    const { turn, ...input } = await failedTurn([]);
    const other = await ada.startTurn(send({ conversationId: turn.conversationId }));
    await db.runners.finishTurn({ userId, turnId: other.turn.id, runner }, completed("other"));
    expect(await ada.openTurn(turn.conversationId)).toBeNull();
    expect((await ada.startTurn(input)).turn.firstPosition).toBe(3);
  });
});

describe("reading and stopping", () => {
  it("R-TURN-3: a running turn shows all that it has said, in order", async () => {
    const { turn } = await ada.startTurn(send());
    const { id: _, conversationId } = turn;
    await say(turn.id, conversationId, 1, [text("Let me "), text("see.")]);
    await say(turn.id, conversationId, 2, [
      { type: "tool-call", step: 0, id: "c1", name: "list_tasks", arguments: {} },
    ]);
    expect((await ada.findTurn(turn.id)).steps).toEqual([
      {
        content: "Let me see.",
        toolCalls: [{ id: "c1", name: "list_tasks", arguments: {}, result: null, status: "running" }],
      },
    ]);
    await say(turn.id, conversationId, 3, [
      { type: "tool-result", step: 0, id: "c1", result: [], status: "completed" },
      text("Done", 1),
    ]);
    await say(turn.id, conversationId, 3, [text("sent twice", 1)]);
    const open = await ada.openTurn(conversationId);
    expect(open).toMatchObject({
      seq: 3,
      steps: [{ toolCalls: [{ status: "completed", result: [] }] }, { content: "Done" }],
    });
    expect(await ada.runningTurns()).toEqual([open]);
  });

  it("R-TURN-4: a stop is asked of a running turn only", async () => {
    const { turn } = await ada.startTurn(send());
    expect(await ada.requestStop(turn.id)).toBe(true);
    await db.runners.finishTurn(
      { userId, turnId: turn.id, runner },
      { status: "stopped", steps: [], usage: null, cut: false },
    );
    expect(await ada.requestStop(turn.id)).toBe(false);
    await expect(ada.requestStop(randomUUID())).rejects.toThrow(NotFoundError);
  });

  it("R-SEC-1: another person finds neither turn nor messages of it", async () => {
    const { turn } = await ada.startTurn(send());
    const bob = db.forUser((await createTestUser(db)).id);
    for (const act of [bob.findTurn, bob.turnMessages, bob.requestStop]) {
      await expect(act(turn.id)).rejects.toThrow(NotFoundError);
    }
    expect(await bob.runningTurns()).toEqual([]);
  });

  it("R-TURN-2: a page has the turns of its messages, and those that stored nothing among them, in order", async () => {
    const { id: conversationId } = await ada.createConversation();
    const placed: [string, number][] = [];
    for (let index = 0; index < 6; index++) {
      const { turn } = await ada.startTurn(send({ conversationId }));
      const stores = index % 3 !== 1;
      const end: TurnEnd = stores
        ? completed("answer", "and more")
        : { status: "failed", failure, steps: [], usage: null };
      await db.runners.finishTurn({ userId, turnId: turn.id, runner }, end);
      placed.push([turn.id, turn.firstPosition]);
    }
    const page = await ada.pageOfMessages(conversationId, { limit: 50 });
    expect(page.turns.map((turn) => [turn.id, turn.firstPosition])).toEqual(placed);
    // 1–3 completed, 4 failed, 4–6 completed, 7–9 completed, 10 failed, 10–12 completed
    const newest = await ada.pageOfMessages(conversationId, { limit: 4 });
    expect(newest.messages.map((message) => message.position)).toEqual([9, 10, 11, 12]);
    expect(newest.turns.map((turn) => turn.firstPosition)).toEqual([7, 10, 10]);
    const older = await ada.pageOfMessages(conversationId, { limit: 4, cursor: newest.olderCursor ?? "" });
    expect(older.messages.map((message) => message.position)).toEqual([5, 6, 7, 8]);
    expect(older.turns.map((turn) => turn.firstPosition)).toEqual([4, 7]);
  });
});
