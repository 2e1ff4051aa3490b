import type { Entry } from "./entries";

/** Whose days: the server's for the first paint, then those of where the browser is. */
export type DaysOf = "UTC" | "here";

/** Puts a line where a new day begins. */
export function withDays(entries: readonly Entry[], daysOf: DaysOf): Entry[] {
  const result: Entry[] = [];
  let before: number | null = null;
  for (const entry of entries) {
    const day = dayOf(entry.at, daysOf);
    if (before !== null && day !== before) result.push({ kind: "day", key: `day:${entry.key}`, at: entry.at });
    before = day;
    result.push(entry);
  }
  return result;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Counted, not formatted: the first formatter of a page stops a phone for a tenth of a second. */
function dayOf(at: string, daysOf: DaysOf): number {
  const date = new Date(at);
  const offset = daysOf === "UTC" ? 0 : date.getTimezoneOffset() * minuteMs;
  return Math.floor((date.getTime() - offset) / dayMs);
}
