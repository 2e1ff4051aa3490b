import { type AnswerStep, isBlank } from "@holdfast/contract";

/** What an answer says in the end, its tool calls left out: a paragraph for each step that has text. */
export function answerText(steps: readonly AnswerStep[]): string {
  return steps
    .map((step) => step.content)
    .filter((content) => !isBlank(content))
    .join("\n\n");
}
