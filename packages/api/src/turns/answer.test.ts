import type { AnswerStep, LiveToolCall } from "@holdfast/contract";
import { describe, expect, it } from "vitest";
import { answerText, unfinishedSteps, visibleSteps } from "./answer.ts";

const done: LiveToolCall = {
  id: "1",
  name: "add_task",
  arguments: { title: "x" },
  result: { ok: true },
  status: "completed",
};
const running: LiveToolCall = { id: "2", name: "delete_task", arguments: { id: "y" }, result: null, status: "running" };
const steps: AnswerStep[] = [
  { content: "  \n", toolCalls: [done, running] },
  { content: "Done.", toolCalls: [] },
  { content: "\u00a0", toolCalls: [] },
];

describe("what is kept of an answer", () => {
  it("R-TURN-4: what was visibly said and the calls that were answered become messages", () => {
    expect(visibleSteps(steps)).toEqual([
      { content: "  \n", toolCalls: [done] },
      { content: "Done.", toolCalls: [] },
    ]);
    expect(visibleSteps([{ content: "", toolCalls: [running] }])).toEqual([]);
  });

  it("R-TURN-9: a call without an answer stays with a turn that stored nothing, as one that may have been done", () => {
    const [first] = unfinishedSteps(steps);
    expect(first?.toolCalls).toEqual([
      done,
      { ...running, status: "failed", result: expect.stringContaining("may have") },
    ]);
  });

  it("joins the texts of the steps", () => {
    expect(answerText([...steps, { content: "More.", toolCalls: [] }])).toBe("Done.\n\nMore.");
  });
});
