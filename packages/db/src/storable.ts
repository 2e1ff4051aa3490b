import { limits, type ToolCall, toStorable, toStorableJson, truncate } from "@holdfast/contract";

/** What models and tools say, as PostgreSQL can hold it. */

export function storableAnswer(text: string): string {
  return truncate(toStorable(text), limits.answerLength);
}

export function storableCalls(calls: readonly ToolCall[]): ToolCall[] | null {
  if (calls.length === 0) return null;
  return calls.map(({ id, name, arguments: args, result, status }) => ({
    id: toStorable(id),
    name: toStorable(name),
    arguments: toStorableJson(args),
    result: toStorableJson(result),
    status,
  }));
}
