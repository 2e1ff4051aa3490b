import type { AnswerStep, LiveToolCall } from "@holdfast/contract";
import { describe, expect, it } from "vitest";
import { answerText, visibleSteps } from "./answer.ts";

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
  it("R-TURN-4, R-TURN-9: what was visibly said, and every call; one without an answer as one that may have been done", () => {
    const unanswered = { ...running, status: "failed", result: expect.stringContaining("may have been done") };
    expect(visibleSteps(steps)).toEqual([
      { content: "  \n", toolCalls: [done, unanswered] },
      { content: "Done.", toolCalls: [] },
    ]);
    expect(visibleSteps([{ content: "", toolCalls: [running] }])).toEqual([{ content: "", toolCalls: [unanswered] }]);
  });

  it("joins the texts of the steps", () => {
    expect(answerText([...steps, { content: "More.", toolCalls: [] }])).toBe("Done.\n\nMore.");
  });
});
