import { type AnswerStep, isBlank, type ToolCall } from "@holdfast/contract";
import type { StoredStep } from "@holdfast/db";

/** What an answer says in the end, its tool calls left out: a paragraph for each step that has text. */
export function answerText(steps: readonly AnswerStep[]): string {
  return steps
    .map((step) => step.content)
    .filter((content) => !isBlank(content))
    .join("\n\n");
}

/** What of an answer becomes messages: what was visibly said, and the tool calls that were answered. */
export function visibleSteps(steps: readonly AnswerStep[]): StoredStep[] {
  return steps
    .map(({ content, toolCalls }) => ({ content, toolCalls: toolCalls.filter(isAnswered) }))
    .filter(({ content, toolCalls }) => !isBlank(content) || toolCalls.length > 0);
}

/**
 * What of an answer is kept with a turn that stored nothing. A call without an answer stays too: what it asked for may have
 * been done, and whoever tries again has to know that.
 */
export function unfinishedSteps(steps: readonly AnswerStep[]): StoredStep[] {
  return steps
    .map(({ content, toolCalls }) => ({ content, toolCalls: toolCalls.map(asAnswered) }))
    .filter(({ content, toolCalls }) => !isBlank(content) || toolCalls.length > 0);
}

function isAnswered(call: AnswerStep["toolCalls"][number]): call is ToolCall {
  return call.status !== "running";
}

function asAnswered(call: AnswerStep["toolCalls"][number]): ToolCall {
  return isAnswered(call) ? call : { ...call, status: "failed", result: unanswered };
}

const unanswered = "The turn ended before this tool answered. It may have been done.";
