import { type AnswerStep, endedCall, isBlank } from "@holdfast/contract";
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
    .map(({ content, toolCalls }) => ({ content, toolCalls: toolCalls.map(endedCall) }))
    .filter(({ content, toolCalls }) => !isBlank(content) || toolCalls.length > 0);
}
