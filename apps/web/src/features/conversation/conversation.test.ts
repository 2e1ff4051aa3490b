import type { PlacedMessage, TurnSummary, TurnView } from "@holdfast/contract";
import { describe, expect, it } from "vitest";
import { Drafts, draftKeyOf } from "./drafts";
import { entriesOf } from "./entries";
import { Outbox, type OutboxOptions, type Sending } from "./outbox";
import { type Transcript, withNewest, withOlder } from "./transcript";
import { newTurnId } from "./turn-id";
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

function memory(): Storage {
  const held = new Map<string, string>();
  return {
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, value),
    removeItem: (key) => void held.delete(key),
    clear: () => held.clear(),
    key: () => null,
    length: 0,
  };
}

describe("drafts", () => {
  it("keeps one for each conversation, and tells of what comes back", () => {
    const drafts = new Drafts(memory());
    drafts.write("a", "one");
    drafts.write(draftKeyOf(null, "user"), "two");
    expect([drafts.read("a"), drafts.read("new:user"), drafts.read("b")]).toEqual(["one", "two", ""]);
    let told = "";
    drafts.subscribe("a", (text) => {
      told = text;
    });
    drafts.restore("a", "refused");
    expect(told).toBe("refused\n\none");
  });

  it("follows a visitor who signs in", () => {
    const drafts = new Drafts(memory());
    drafts.write(draftKeyOf(null, null), "typed before");
    drafts.adopt(draftKeyOf(null, null), draftKeyOf(null, "u"));
    expect(drafts.read("new:u")).toBe("typed before");
    expect(drafts.read("new:visitor")).toBe("");
  });
});

describe("sending", () => {
  function outbox(over: Partial<OutboxOptions>) {
    const options = {
      storage: memory(),
      storageKey: "k",
      isOnline: () => true,
      onStarted() {},
      onRefused() {},
      ...over,
    };
    return new Outbox({ start: () => Promise.reject(new TypeError("network")), ...options });
  }
  const sent = { turnId: "t", ownerId: null, conversationId: "c", text: "hello", model: null, at: Date.now() };
  const soon = () => new Promise((resolve) => setTimeout(resolve, 10));

  it("R-TURN-6: tries again with the same id until it has arrived", async () => {
    const ids: string[] = [];
    let arrived = 0;
    const box = outbox({
      async start({ turnId }) {
        ids.push(turnId);
        if (ids.length < 2) throw new TypeError("network");
        return { conversation: {} as never, turn: turn() }; // only handed on
      },
      onStarted: () => arrived++,
    });
    box.send(sent);
    box.send(sent);
    await soon();
    expect(box.get()[0]?.state).toBe("waiting");
    box.retryNow();
    await soon();
    expect(ids).toEqual(["t", "t"]);
    expect(arrived).toBe(1);
    expect(box.get()).toEqual([]);
  });

  it("survives a refresh", async () => {
    const storage = memory();
    outbox({ storage, isOnline: () => false }).send(sent);
    const after = outbox({ storage, isOnline: () => false });
    after.resume("u");
    await soon();
    expect(after.get()[0]).toMatchObject({ turnId: "t", text: "hello", state: "waiting" });
    expect(after.stop("t")?.text).toBe("hello");
    expect(after.get()).toEqual([]);
  });

  it("R-SEC-1: does not take up what another account of this browser has left", async () => {
    const storage = memory();
    outbox({ storage, isOnline: () => false }).send({ ...sent, ownerId: "u" });
    const another = outbox({ storage, isOnline: () => false });
    another.resume("v");
    expect(another.get()).toEqual([]);
    const same = outbox({ storage, isOnline: () => false });
    same.resume("u");
    expect(same.get()).toHaveLength(1);
  });

  it("makes UUIDs with and without the browser's help", () => {
    expect(newTurnId()).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });
});
