import { type PlacedMessage, type TurnSummary, type TurnView, turnMessageId } from "@holdfast/contract";
import { describe, expect, it } from "vitest";
import { entriesOf } from "./entries";
import type { Sending } from "./outbox";
import { type Transcript, withNewest, withOlder } from "./transcript";
import { extentOf } from "./window";

function message(position: number, role: PlacedMessage["role"], over: Partial<PlacedMessage> = {}): PlacedMessage {
  const createdAt = new Date(Date.UTC(2026, 0, 1) + position * 1000).toISOString();
  return {
    id: `m${position}`,
    conversationId: "c",
    role,
    content: `text ${position}`,
    toolCalls: null,
    createdAt,
    position,
    ...over,
  };
}

function turn(over: Partial<TurnView> = {}): TurnView {
  return {
    id: "t",
    conversationId: "c",
    status: "running",
    model: "built-in",
    firstPosition: 3,
    lastPosition: null,
    usage: null,
    cut: false,
    failure: null,
    startedAt: "2026-01-01T01:00:00.000Z",
    endedAt: null,
    prompt: "asked",
    promptMessageId: "m3",
    answerMessageId: "m4",
    seq: 0,
    steps: [],
    ...over,
  };
}

function page(messages: PlacedMessage[], over: Partial<Transcript> = {}) {
  return {
    messages,
    turns: [] as TurnSummary[],
    olderCursor: null,
    newerCursor: null,
    openTurn: null,
    ...over,
  } as Transcript & {
    messages: PlacedMessage[];
    turns: TurnSummary[];
  };
}

const pair = [message(1, "user"), message(2, "assistant")];
const kinds = (entries: readonly { kind: string }[]) => entries.map((entry) => entry.kind);

describe("what is loaded of a conversation", () => {
  it("R-MSG-3: joins pages into one run, nothing twice", () => {
    const newest = page([message(3, "user"), message(4, "assistant")], { olderCursor: "x" });
    const whole = withOlder(newest, page(pair));
    expect(whole.messages.map((one) => one.position)).toEqual([1, 2, 3, 4]);
    const extended = withNewest(whole, page([message(4, "assistant"), message(5, "user")], { olderCursor: "y" }));
    expect(extended.messages.map((one) => one.position)).toEqual([1, 2, 3, 4, 5]);
    expect(extended.olderCursor).toBeNull();
  });

  it("starts over where pages were missed in between", () => {
    const far = withNewest(page(pair), page([message(90, "user")], { olderCursor: "z" }));
    expect(far.messages.map((one) => one.position)).toEqual([90]);
  });
});

describe("what stands in the log", () => {
  it("R-TURN-3: shows the stored, then the turn that runs", () => {
    const entries = entriesOf({ transcript: page(pair), turn: turn(), sending: [] });
    expect(kinds(entries)).toEqual(["prompt", "answer", "prompt", "answer"]);
    expect(entries.at(-1)).toMatchObject({ busy: true, messageId: "m4" });
  });

  it("keeps a turn's keys when it is stored", () => {
    const running = entriesOf({ transcript: page(pair), turn: turn(), sending: [] });
    const ended = turn({ status: "completed", lastPosition: 4 });
    const transcript = page([...pair, message(3, "user"), message(4, "assistant")], { turns: [ended] });
    const stored = entriesOf({ transcript, turn: turn({ status: "completed" }), sending: [] });
    expect(stored.map((entry) => entry.key)).toEqual(running.map((entry) => entry.key));
  });

  it("R-TURN-3: shows an answer once where its messages are read before its end is heard of", () => {
    const ended = turn({ status: "completed", lastPosition: 4 });
    const transcript = page([...pair, message(3, "user"), message(4, "assistant")], { turns: [ended] });
    for (const heard of [turn(), turn({ steps: [] })]) {
      const entries = entriesOf({ transcript, turn: heard, sending: [] });
      expect(entries).toEqual(entriesOf({ transcript, turn: null, sending: [] }));
    }
  });

  it("R-TURN-2: shows a failed turn with its question and a way to try again", () => {
    const failed = turn({ status: "failed", failure: { code: "model_broke_off", message: "It broke off." } });
    expect(kinds(entriesOf({ transcript: page(pair), turn: failed, sending: [] }))).toEqual([
      "prompt",
      "answer",
      "prompt",
      "failure",
    ]);
  });

  it("shows an earlier unanswered turn quietly in its place", () => {
    const failed = turn({ status: "failed" });
    const transcript = page([...pair, message(3, "user"), message(4, "assistant")], { turns: [failed] });
    expect(kinds(entriesOf({ transcript, turn: null, sending: [] }))).toEqual([
      "prompt",
      "answer",
      "unanswered",
      "prompt",
      "answer",
    ]);
  });

  it("R-TURN-4: says of a turn that was stopped before a word that it was, also once it is stored", () => {
    const stopped = turn({ status: "stopped", firstPosition: 3, lastPosition: 3 });
    const transcript = page([...pair, message(3, "user", { id: "m3" })], { turns: [stopped] });
    for (const live of [null, turn({ status: "stopped" })]) {
      const entries = entriesOf({ transcript, turn: live, sending: [] });
      expect(kinds(entries)).toEqual(["prompt", "answer", "prompt", "unanswered"]);
    }
    const unread = entriesOf({ transcript: page(pair), turn: turn({ status: "stopped" }), sending: [] });
    expect(kinds(unread)).toEqual(["prompt", "answer", "prompt", "unanswered"]);
  });

  it("R-TURN-2: leaves a turn that failed in its place when a program has written after it", () => {
    const failed = turn({ status: "failed" });
    const transcript = page([...pair, message(3, "user")], { turns: [failed] });
    expect(kinds(entriesOf({ transcript, turn: failed, sending: [] }))).toEqual([
      "prompt",
      "answer",
      "unanswered",
      "prompt",
    ]);
  });

  it("R-MSG-8: makes one answer of all the steps of a turn", () => {
    const call = { id: "k", name: "add_task", arguments: {}, result: {}, status: "completed" as const };
    const stored = turn({ status: "completed", firstPosition: 1, lastPosition: 3 });
    const messages = [
      message(1, "user"),
      message(2, "assistant", { toolCalls: [call], content: "" }),
      message(3, "assistant"),
    ];
    const entries = entriesOf({ transcript: page(messages, { turns: [stored] }), turn: null, sending: [] });
    expect(kinds(entries)).toEqual(["prompt", "answer"]);
    expect(entries[1]).toMatchObject({ messageId: "m2", steps: [{ toolCalls: [call] }, { content: "text 3" }] });
  });

  it("shows what is being sent once, whether or not the server has it", () => {
    const sending: Sending = {
      turnId: "t",
      ownerId: null,
      conversationId: "c",
      text: "asked",
      model: null,
      at: 0,
      state: "sending",
      stopped: false,
      aside: false,
    };
    expect(kinds(entriesOf({ transcript: page(pair), turn: null, sending: [sending] }))).toEqual([
      "prompt",
      "answer",
      "prompt",
    ]);
    expect(kinds(entriesOf({ transcript: page(pair), turn: turn(), sending: [sending] }))).toEqual([
      "prompt",
      "answer",
      "prompt",
    ]);
  });

  it("R-WEB-4: gives what is being sent the id that it will be stored under", () => {
    const sending = {
      turnId: "0b7e1c9a-1111-4222-8333-444455556666",
      ownerId: null,
      conversationId: "c",
      text: "asked",
    };
    const states = [{ stopped: false }, { stopped: true }].map(({ stopped }) => {
      const one: Sending = { ...sending, model: null, at: 0, state: "sending", stopped, aside: false };
      return entriesOf({ transcript: page(pair), turn: null, sending: [one] }).at(-1);
    });
    const messageId = turnMessageId(sending.turnId, 0);
    expect(states).toMatchObject([
      { messageId, sending: "sending" },
      { messageId, sending: "stopping" },
    ]);
  });
});

describe("the window of the log", () => {
  const heights = Array.from({ length: 10_000 }, () => 80);

  it("R-PERF-5: holds what is near the end, however long the log", () => {
    expect(extentOf(heights, { fromEnd: 0, height: 800 }, 1000)).toEqual({ start: 9977, end: 10_000 });
  });

  it("moves with the view", () => {
    const { start, end } = extentOf(heights, { fromEnd: 40_000, height: 800 }, 1000);
    expect(end - start).toBeLessThan(40);
    expect((10_000 - end) * 80).toBeLessThanOrEqual(39_000);
  });

  it("is never empty", () => {
    expect(extentOf([5000], { fromEnd: 9_999, height: 10 }, 0)).toEqual({ start: 0, end: 1 });
    expect(extentOf([], { fromEnd: 0, height: 800 }, 0)).toEqual({ start: 0, end: 0 });
  });
});
