import type { TurnEvent } from "@holdfast/contract";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createChunker } from "./chunker.ts";

const text = (delta: string, step = 0): TurnEvent => ({ type: "text", step, delta });

describe("chunks of a turn", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("R-PERF-4: sends the first word at once, and joins those of the next 25 ms", () => {
    const sent: TurnEvent[][] = [];
    const chunker = createChunker(
      () => 25,
      (events) => sent.push(events),
    );
    chunker.add(text("One"));
    expect(sent).toEqual([[text("One")]]);
    chunker.add(text(" two"));
    vi.advanceTimersByTime(20);
    chunker.add(text(" three"));
    expect(sent).toHaveLength(1);
    vi.advanceTimersByTime(5);
    expect(sent[1]).toEqual([text(" two three")]);
  });

  it("sends what is left when it is flushed, and nothing twice", () => {
    const sent: TurnEvent[][] = [];
    const chunker = createChunker(
      () => 25,
      (events) => sent.push(events),
    );
    for (const word of ["a", "b", "c"]) chunker.add(text(word));
    chunker.flush();
    chunker.flush();
    vi.advanceTimersByTime(100);
    expect(sent).toEqual([[text("a")], [text("bc")]]);
  });

  it("keeps steps and tool calls apart", () => {
    const sent: TurnEvent[][] = [];
    const chunker = createChunker(
      () => 25,
      (events) => sent.push(events),
    );
    const call: TurnEvent = { type: "tool-call", step: 0, id: "1", name: "add_task", arguments: {} };
    for (const event of [text("a"), text("b"), call, text("c", 1)]) chunker.add(event);
    chunker.flush();
    expect(sent[1]).toEqual([text("b"), call, text("c", 1)]);
  });
});
