import { type Beginnings, beginningsBy } from "./date-groups";

/** When the groups of the sidebar begin in that time zone: what the server tells for the first paint. */
export function beginningsIn(timeZone: string, now: Date): Beginnings {
  const clock = wallClockOf(timeZone);
  return beginningsBy((daysAgo) => startOfDay(now, daysAgo, clock));
}

/** What clocks show at an instant, as if it were UTC; whole seconds. */
type WallClock = (instant: Date) => Date;

/** The first instant of the day that lies so many days before `now` there; days of 23 and 25 hours included. */
function startOfDay(now: Date, daysAgo: number, clock: WallClock): Date {
  const today = clock(now);
  const midnight = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate() - daysAgo);
  // The offset at midnight may differ from the offset at the first guess: correct it once more.
  const guess = midnight - offsetAt(new Date(midnight), clock);
  return new Date(midnight - offsetAt(new Date(guess), clock));
}

function offsetAt(instant: Date, clock: WallClock): number {
  return clock(instant).getTime() - Math.floor(instant.getTime() / 1000) * 1000;
}

function wallClockOf(timeZone: string): WallClock {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  return (instant) => {
    const parts = format.formatToParts(instant);
    const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((one) => one.type === type)?.value);
    return new Date(
      Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second")),
    );
  };
}
