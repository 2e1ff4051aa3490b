import { type Json, limits, type ToolCall, toStorable, truncate } from "@holdfast/contract";

/** What models and tools say, as PostgreSQL can hold it. */

export function storableAnswer(text: string): string {
  return truncate(toStorable(text), limits.answerLength);
}

export function storableCalls(calls: readonly ToolCall[]): ToolCall[] | null {
  if (calls.length === 0) return null;
  return storableJson(calls as unknown as Json) as unknown as ToolCall[]; // a list of calls is JSON, and stays one
}

export function storableJson(value: Json): Json {
  if (typeof value === "string") return toStorable(value);
  if (Array.isArray(value)) return value.map(storableJson);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [toStorable(key), storableJson(item)]));
}
