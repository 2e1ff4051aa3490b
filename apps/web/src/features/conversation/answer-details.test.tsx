import type { TurnSummary, Usage } from "@holdfast/contract";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { AnswerDetails } from "./answer-details";

function detailsOf(usage: Usage): string {
  const at = { startedAt: "2026-01-01T00:00:00.000Z", endedAt: "2026-01-01T00:00:02.500Z" };
  const turn = { usage, ...at } as TurnSummary; // all that is read of it
  return renderToStaticMarkup(<AnswerDetails turn={turn} modelName="openai/gpt-4o" />).replace(/<[^>]*>/g, "");
}

it("tells the model, its tokens, what they cost where that is known, and the time", () => {
  const counted = { inputTokens: 1200, outputTokens: 340, cost: 0.0064 };
  expect(detailsOf(counted)).toBe("openai/gpt-4o · 1,200 tokens read, 340 written · $0.0064 · 2.5 s");
  expect(detailsOf({ ...counted, cost: null })).toBe("openai/gpt-4o · 1,200 tokens read, 340 written · 2.5 s");
});

it("R-TURN-4: calls a guess a guess", () => {
  expect(detailsOf({ inputTokens: 1200, outputTokens: 340, cost: 0.0064, estimated: true })).toBe(
    "openai/gpt-4o · about 1,200 tokens read, 340 written · about $0.0064 · 2.5 s",
  );
});
