import { type AnswerStep, isBlank, type ToolCall } from "@holdfast/contract";
import type { StoredStep } from "@holdfast/db";

/** What an answer says in the end, its tool calls left out: a paragraph for each step that has text. */
export function answerText(steps: readonly AnswerStep[]): string {
  return steps
    .map((step) => step.content)
    .filter((content) => !isBlank(content))
    .join("\n\n");
}

/**
 * What of an answer is kept, in messages or with a turn that stored none: what was visibly said, and what tools did. A call
 * without an answer stays too: what it asked for may have been done, and whoever goes on or tries again has to know that.
 */
export function visibleSteps(steps: readonly AnswerStep[]): StoredStep[] {
  return steps
    .map(({ content, toolCalls }) => ({ content, toolCalls: toolCalls.map(asAnswered) }))
    .filter(({ content, toolCalls }) => !isBlank(content) || toolCalls.length > 0);
}

function asAnswered({ status, ...call }: AnswerStep["toolCalls"][number]): ToolCall {
  return status === "running" ? { ...call, status: "failed", result: unanswered } : { ...call, status };
}

const unanswered = "The turn ended before this tool answered. It may have been done.";
