/** The groups of the sidebar, newest first. */
export const groupLabels = ["Today", "Yesterday", "Previous 7 days", "Previous 30 days", "Older"] as const;
export type GroupLabel = (typeof groupLabels)[number];

export interface DateGroup<Item> {
  label: GroupLabel;
  items: Item[];
}

/** When each group's days begin, newest first, as ISO instants; the last group is what lies before them all. */
export type Beginnings = readonly string[];

/** Splits a list that is sorted newest first at the days' beginnings. Empty groups are left out. */
export function groupByDate<Item extends { updatedAt: string }>(
  items: readonly Item[],
  beginnings: Beginnings,
): DateGroup<Item>[] {
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

/** Of the groups, by what tells when the day so many days ago began. */
export function beginningsBy(startOfDay: (daysAgo: number) => Date): Beginnings {
  return [0, 1, 7, 30].map((days) => startOfDay(days).toISOString());
}

/**
 * The first instant of the day so many days before `now`, where this computer is. By its own clock, without `Intl`,
 * whose first use stops a phone for a tenth of a second.
 */
export function startOfDayHere(now: Date, daysAgo: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - daysAgo);
}

/** Milliseconds until the next day begins here. */
export function untilTomorrow(now: Date): number {
  return startOfDayHere(now, -1).getTime() - now.getTime();
}
