import type { LiveEvent, TurnView } from "@holdfast/contract";
import { describe, expect, it } from "vitest";
import { backoffMs } from "./backoff";
import { applyChunk, endTurn, latestTurn } from "./turn-state";
import { TurnStore } from "./turn-store";

function turn(over: Partial<TurnView> = {}): TurnView {
  return {
    id: "t1",
    conversationId: "c1",
    status: "running",
    model: "built-in",
    firstPosition: 1,
    lastPosition: null,
    usage: null,
    cut: false,
    failure: null,
    startedAt: "2026-01-01T00:00:00.000Z",
    endedAt: null,
    prompt: "hello",
    promptMessageId: "m1",
    answerMessageId: "m2",
    seq: 0,
    steps: [],
    ...over,
  };
}

function chunk(seq: number, delta: string) {
  return { turnId: "t1", seq, events: [{ type: "text" as const, step: 0, delta }] };
}

function event(seq: number, delta: string): LiveEvent {
  return { type: "turn-chunk", conversationId: "c1", ...chunk(seq, delta) };
}

const text = (view: TurnView | null) => view?.steps.map((step) => step.content).join("");
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

describe("a receiver of chunks", () => {
  it("R-TURN-3: applies the next, drops the old, and sees a gap", () => {
    const one = applyChunk(turn(), chunk(1, "a"));
    expect(one).toMatchObject({ seq: 1 });
    expect(applyChunk(one as TurnView, chunk(1, "a"))).toBe(one);
    expect(applyChunk(one as TurnView, chunk(3, "c"))).toBe("gap");
  });

  it("says nothing more after the end, and leaves no tool running", () => {
    const call = { id: "k", name: "add_task", arguments: {}, result: null, status: "running" as const };
    const ended = endTurn(
      turn({ steps: [{ content: "", toolCalls: [call] }] }),
      "failed",
      null,
      "2026-01-01T00:00:01.000Z",
    );
    const unanswered = { status: "failed", result: expect.stringContaining("may have been done") };
    expect(ended.steps[0]?.toolCalls).toMatchObject([unanswered]);
    expect(applyChunk(ended, chunk(1, "late"))).toBe(ended);
  });

  it("prefers the end over the middle, more over less, and a new attempt over both", () => {
    const running = turn({ seq: 4 });
    const ended = turn({ seq: 3, status: "completed" });
    const again = turn({ seq: 0, startedAt: "2026-01-01T00:01:00.000Z" });
    expect(latestTurn(running, turn({ seq: 5 }))?.seq).toBe(5);
    expect(latestTurn(running, turn({ seq: 2 }))).toBe(running);
    expect(latestTurn(running, ended)).toBe(ended);
    expect(latestTurn(ended, running)).toBe(ended);
    expect(latestTurn(ended, again)).toBe(again);
  });
});

describe("the store of turns", () => {
  it("R-TURN-3: fills a gap by reading the turn again, with nothing missing and nothing doubled", async () => {
    const store = new TurnStore(async () => turn({ seq: 3, steps: [{ content: "abc", toolCalls: [] }] }));
    store.apply({ type: "connected", running: [turn()] });
    store.apply(event(1, "a"));
    store.apply(event(3, "c"));
    store.apply(event(4, "d"));
    store.apply(event(5, "e"));
    await settled();
    expect(text(store.get("c1"))).toBe("abcde");
    expect(store.get("c1")?.seq).toBe(5);
  });

  it("reads a turn it has never heard of", async () => {
    const store = new TurnStore(async () => turn({ seq: 7, steps: [{ content: "so far", toolCalls: [] }] }));
    store.apply(event(7, "r"));
    await settled();
    expect(text(store.get("c1"))).toBe("so far");
  });

  it("asks how a turn ended that ended while nobody listened", async () => {
    const store = new TurnStore(async () => turn({ status: "interrupted" }));
    store.apply({ type: "connected", running: [turn()] });
    store.apply({ type: "connected", running: [] });
    await settled();
    expect(store.get("c1")?.status).toBe("interrupted");
  });

  it("R-TURN-3: reads a turn again that is said to run when its end was heard of before", async () => {
    const ended = turn({ status: "completed" });
    const end = { conversationId: "c1", turnId: ended.id, status: "completed", failure: null } as const;
    const answers = [turn(), ended];
    const store = new TurnStore(async () => answers.pop() ?? ended);
    store.apply({ type: "turn-ended", ...end });
    store.put(turn()); // as the answer to its start says
    await settled();
    expect(store.get("c1")?.status).toBe("completed");

    answers.push(turn({ status: "completed", steps: [{ content: "abc", toolCalls: [] }] }), turn({ seq: 1 }));
    store.clear();
    store.apply({ type: "connected", running: [turn()] });
    store.apply(event(3, "c")); // a gap
    store.apply({ type: "turn-ended", ...end });
    expect(store.get("c1")?.status).toBe("running");
    await settled();
    expect(store.get("c1")?.status).toBe("completed");
    expect(text(store.get("c1"))).toBe("abc");

    answers.push(ended, turn());
    store.clear();
    store.apply(event(1, "a")); // is read, as running, and ends meanwhile
    store.apply({ type: "turn-ended", ...end });
    await settled();
    expect(store.get("c1")?.status).toBe("completed");
  });

  it("keeps conversations apart", () => {
    const store = new TurnStore(() => Promise.reject(new Error("not asked")));
    store.apply({ type: "connected", running: [turn(), turn({ id: "t2", conversationId: "c2" })] });
    store.apply(event(1, "only here"));
    expect(text(store.get("c1"))).toBe("only here");
    expect(text(store.get("c2"))).toBe("");
  });

  it("tells a listener once for a burst", async () => {
    const store = new TurnStore(() => Promise.reject(new Error("not asked")));
    let told = 0;
    store.subscribe("c1", () => told++);
    store.apply({ type: "connected", running: [turn()] });
    for (let seq = 1; seq <= 20; seq++) store.apply(event(seq, "x"));
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(told).toBe(1);
  });
});

describe("pauses between attempts", () => {
  it("R-OPS-6: grow, and stay within seconds", () => {
    expect(backoffMs(1, 1)).toBe(250);
    expect(backoffMs(3, 0)).toBe(500);
    expect(backoffMs(50, 1)).toBe(4_000);
  });
});
