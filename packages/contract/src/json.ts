import { limits } from "./limits.ts";
import type { Json } from "./model.ts";
import { codePointLength, isStorable, toStorable } from "./text.ts";

/**
 * Why a value that JSON.parse made cannot be stored as a tool's arguments or result; null where it can. Level by level
 * and not by recursion: it can be nested more deeply than the stack reaches. PostgreSQL's jsonb has no U+0000 and no lone
 * surrogates; the length is that of the JSON text.
 */
export function jsonFault(value: unknown): string | null {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    const below: unknown[] = [];
    for (const item of level) {
      if (typeof item !== "object" || item === null) {
        const fault = scalarFault(item);
        if (fault) return fault;
        continue;
      }
      if (depth === limits.jsonDepth) return `must be nested at most ${limits.jsonDepth} levels deep`;
      if (!Array.isArray(item) && !Object.keys(item).every(isStorable)) return unstorable;
      for (const part of Object.values(item)) below.push(part);
    }
    level = below;
  }
  if (codePointLength(JSON.stringify(value)) <= limits.answerLength) return null;
  return `must have at most ${limits.answerLength.toLocaleString("en")} characters as JSON`;
}

const unstorable = "must not contain U+0000 or half of a surrogate pair";

function scalarFault(value: unknown): string | null {
  if (typeof value === "string") return isStorable(value) ? null : unstorable;
  if (value === undefined) return "is missing";
  const isTooLarge = typeof value === "number" && !Number.isFinite(value); // such as 1e999, which JSON.parse takes
  return isTooLarge ? "must not contain a number too large for JavaScript" : null;
}

/** Replaces in every string and key what PostgreSQL's jsonb cannot hold by U+FFFD. */
export function toStorableJson(value: Json): Json {
  if (typeof value === "string") return toStorable(value);
  if (Array.isArray(value)) return value.map(toStorableJson);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [toStorable(key), toStorableJson(item)]));
}
