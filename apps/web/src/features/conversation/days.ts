import type { Entry } from "./entries";

/** Puts a line where a new day begins. */
export function withDays(entries: readonly Entry[], timeZone: string): Entry[] {
  const result: Entry[] = [];
  let before: string | null = null;
  for (const entry of entries) {
    const day = dayOf(entry.at, timeZone);
    if (before !== null && day !== before) result.push({ kind: "day", key: `day:${entry.key}`, at: entry.at });
    before = day;
    result.push(entry);
  }
  return result;
}

/** Formatting is slow, and the same times come again with every word of an answer. */
const days = new Map<string, string>();
let format: Intl.DateTimeFormat | null = null;
let formatZone = "";

function dayOf(at: string, timeZone: string): string {
  if (formatZone !== timeZone || !format) {
    format = new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" });
    formatZone = timeZone;
    days.clear();
  }
  const known = days.get(at);
  if (known !== undefined) return known;
  if (days.size > 20_000) days.clear();
  const day = format.format(new Date(at));
  days.set(at, day);
  return day;
}
