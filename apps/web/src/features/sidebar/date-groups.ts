/** The groups of the sidebar, newest first. */
export const groupLabels = ["Today", "Yesterday", "Previous 7 days", "Previous 30 days", "Older"] as const;
export type GroupLabel = (typeof groupLabels)[number];

export interface DateGroup<Item> {
  label: GroupLabel;
  items: Item[];
}

/** Splits a list that is sorted newest first at the days' beginnings in that time zone. Empty groups are left out. */
export function groupByDate<Item extends { updatedAt: string }>(
  items: readonly Item[],
  now: Date,
  timeZone: string,
): DateGroup<Item>[] {
  const beginnings = [0, 1, 7, 30].map((days) => startOfDay(now, days, timeZone).toISOString());
  const groups: DateGroup<Item>[] = [];
  for (const item of items) {
    const found = beginnings.findIndex((beginning) => item.updatedAt >= beginning);
    const label = groupLabels[found < 0 ? beginnings.length : found] ?? "Older";
    const last = groups.at(-1);
    if (last?.label === label) last.items.push(item);
    else groups.push({ label, items: [item] });
  }
  return groups;
}

/** The first instant of the day that lies so many days before `now` there; days of 23 and 25 hours included. */
export function startOfDay(now: Date, daysAgo: number, timeZone: string): Date {
  const today = wallClock(now, timeZone);
  const midnight = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate() - daysAgo);
  // The offset at midnight may differ from the offset at the first guess: correct it once more.
  const guess = midnight - offsetAt(new Date(midnight), timeZone);
  return new Date(midnight - offsetAt(new Date(guess), timeZone));
}

/** Milliseconds until the next day begins there. */
export function untilTomorrow(now: Date, timeZone: string): number {
  return startOfDay(now, -1, timeZone).getTime() - now.getTime();
}

function offsetAt(instant: Date, timeZone: string): number {
  return wallClock(instant, timeZone).getTime() - Math.floor(instant.getTime() / 1000) * 1000;
}

/** What clocks there show, as if it were UTC; whole seconds. */
function wallClock(instant: Date, timeZone: string): Date {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(instant);
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((one) => one.type === type)?.value);
  return new Date(Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second")));
}
