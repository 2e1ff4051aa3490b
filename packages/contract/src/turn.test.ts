import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyEvents, coalesce, type TurnEvent } from "./turn.ts";

const textEvent = fc.record({
  type: fc.constant("text" as const),
  step: fc.nat(2),
  delta: fc.string({ unit: "grapheme" }),
});

describe("a turn's events", () => {
  it("R-TURN-3: give the same answer however they are cut into chunks and joined", () => {
    fc.assert(
      fc.property(fc.array(textEvent), fc.nat(20), (events, cut) => {
        const whole = applyEvents([], events);
        const inTwo = applyEvents(applyEvents([], events.slice(0, cut)), events.slice(cut));
        expect(inTwo).toEqual(whole);
        expect(applyEvents([], coalesce(events))).toEqual(whole);
      }),
    );
  });

  it("R-MSG-8: a tool call runs until its result arrives, beside the text of its step", () => {
    const events: TurnEvent[] = [
      { type: "text", step: 0, delta: "One moment." },
      { type: "tool-call", step: 0, id: "a", name: "add_task", arguments: { title: "Milk" } },
      { type: "tool-call", step: 0, id: "b", name: "list_tasks", arguments: {} },
      { type: "tool-result", step: 0, id: "a", result: { ok: true }, status: "completed" },
      { type: "text", step: 1, delta: "Done." },
    ];
    expect(applyEvents([], events)).toEqual([
      {
        content: "One moment.",
        toolCalls: [
          { id: "a", name: "add_task", arguments: { title: "Milk" }, result: { ok: true }, status: "completed" },
          { id: "b", name: "list_tasks", arguments: {}, result: null, status: "running" },
        ],
      },
      { content: "Done.", toolCalls: [] },
    ]);
  });

  it("steps that did not change stay the same objects", () => {
    const before = applyEvents(
      [],
      [
        { type: "text", step: 0, delta: "a" },
        { type: "text", step: 1, delta: "b" },
      ],
    );
    const after = applyEvents(before, [{ type: "text", step: 1, delta: "c" }]);
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
  });
});
