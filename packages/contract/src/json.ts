import { limits } from "./limits.ts";
import type { Json } from "./model.ts";
import { codePointLength, isStorable, toStorable } from "./text.ts";

/**
 * Why a value that JSON.parse made cannot be stored as a tool's arguments or result; null where it can. PostgreSQL's jsonb
 * has no U+0000 and no lone surrogates; the length is that of the JSON text.
 */
export function jsonFault(value: unknown): string | null {
  if (isTooDeep(value)) return `must be nested at most ${limits.jsonDepth} levels deep`;
  const fault = partFault(value);
  if (fault) return fault;
  if (codePointLength(JSON.stringify(value)) <= limits.answerLength) return null;
  return `must have at most ${limits.answerLength.toLocaleString("en")} characters as JSON`;
}

/** Level by level and not by recursion: a value can be nested more deeply than the stack reaches. */
export function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= limits.jsonDepth; depth++) {
    const below: unknown[] = [];
    for (const item of level) {
      if (typeof item !== "object" || item === null) continue;
      if (depth === limits.jsonDepth) return true;
      for (const part of Object.values(item)) below.push(part);
    }
    level = below;
  }
  return false;
}

/** Of one that is not too deep for recursion. */
function partFault(value: unknown): string | null {
  if (typeof value !== "object" || value === null) return scalarFault(value);
  if (!Array.isArray(value) && !Object.keys(value).every(isStorable)) return unstorable;
  for (const part of Object.values(value)) {
    const fault = partFault(part);
    if (fault) return fault;
  }
  return null;
}

const unstorable = "must not contain U+0000 or half of a surrogate pair";

function scalarFault(value: unknown): string | null {
  if (typeof value === "string") return isStorable(value) ? null : unstorable;
  if (value === undefined) return "is missing";
  const isTooLarge = typeof value === "number" && !Number.isFinite(value); // such as 1e999, which JSON.parse takes
  return isTooLarge ? "must not contain a number too large for JavaScript" : null;
}

/**
 * For what models and tools say: replaces in every string and key what PostgreSQL's jsonb cannot hold by U+FFFD, and what is
 * nested too deeply by a mark.
 */
export function toStorableJson(value: Json, depth = 0): Json {
  if (typeof value === "string") return toStorable(value);
  if (value === null || typeof value !== "object") return value;
  if (depth === limits.jsonDepth) return "… [cut]";
  if (Array.isArray(value)) return value.map((item) => toStorableJson(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [toStorable(key), toStorableJson(item, depth + 1)]),
  );
}
