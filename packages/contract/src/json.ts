import { limits } from "./limits.ts";
import type { Json } from "./model.ts";
import { codePointLength, isStorable, toStorable } from "./text.ts";

/** False where a string or a key within holds what PostgreSQL's jsonb cannot: U+0000 or a lone surrogate. */
export function isStorableJson(value: Json): boolean {
  if (typeof value === "string") return isStorable(value);
  if (Array.isArray(value)) return value.every(isStorableJson);
  if (value === null || typeof value !== "object") return true;
  return Object.entries(value).every(([key, item]) => isStorable(key) && isStorableJson(item));
}

/** Replaces in every string and key what PostgreSQL's jsonb cannot hold by U+FFFD. */
export function toStorableJson(value: Json): Json {
  if (typeof value === "string") return toStorable(value);
  if (Array.isArray(value)) return value.map(toStorableJson);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [toStorable(key), toStorableJson(item)]));
}

/** Whether a tool's arguments or result are within `limits.answerLength`, counted as JSON text. */
export function isBoundedJson(value: Json): boolean {
  return codePointLength(JSON.stringify(value)) <= limits.answerLength;
}
