import { afterEach, describe, expect, it, vi } from "vitest";
import { beginningsBy, groupByDate, startOfDayHere, untilTomorrow } from "./date-groups";
import { beginningsIn } from "./zone-days";

type BeginningsAt = (timeZone: string, now: string) => readonly string[];

const ways: [string, BeginningsAt][] = [
  ["as the server tells", (timeZone, now) => beginningsIn(timeZone, new Date(now))],
  [
    "by the browser's clock",
    (timeZone, now) => {
      vi.stubEnv("TZ", timeZone);
      return beginningsBy((daysAgo) => startOfDayHere(new Date(now), daysAgo));
    },
  ],
];

afterEach(() => vi.unstubAllEnvs());

describe("the groups of the sidebar", () => {
  const now = new Date("2026-03-20T12:00:00.000Z");
  const at = (updatedAt: string) => ({ updatedAt });

  it("R-WEB-2: puts each conversation under the day it was last written to, and leaves out empty groups", () => {
    const groups = groupByDate(
      [
        at("2026-03-20T00:00:00.000Z"),
        at("2026-03-19T23:59:59.999Z"),
        at("2026-03-18T23:59:59.999Z"),
        at("2026-03-13T00:00:00.000Z"),
        at("2026-03-12T23:59:59.999Z"),
        at("2026-02-18T00:00:00.000Z"),
        at("2026-02-17T23:59:59.999Z"),
      ],
      beginningsIn("UTC", now),
    );
    expect(groups.map(({ label, items }) => [label, items.length])).toEqual([
      ["Today", 1],
      ["Yesterday", 1],
      ["Previous 7 days", 2],
      ["Previous 30 days", 2],
      ["Older", 1],
    ]);
    expect(groupByDate([at("2020-01-01T00:00:00.000Z")], beginningsIn("UTC", now)).map((group) => group.label)).toEqual(
      ["Older"],
    );
    expect(groupByDate([], beginningsIn("UTC", now))).toEqual([]);
  });

  it.each(ways)("R-WEB-2: a day begins when it does where the person is, %s", (_, beginningsAt) => {
    const labelsIn = (timeZone: string, item: { updatedAt: string }) =>
      groupByDate([item], beginningsAt(timeZone, now.toISOString())).map(({ label }) => label);
    const late = at("2026-03-20T05:30:00.000Z");
    expect(labelsIn("UTC", late)).toEqual(["Today"]);
    expect(labelsIn("America/Los_Angeles", late)).toEqual(["Yesterday"]);
    expect(labelsIn("Asia/Tokyo", at("2026-03-21T01:00:00.000Z"))).toEqual(["Today"]);
  });

  it.each(ways)("knows days of 23 and of 25 hours, %s", (_, beginningsAt) => {
    const springs = "2026-03-29T10:00:00.000Z";
    expect(beginningsAt("Europe/Berlin", springs)[0]).toBe("2026-03-28T23:00:00.000Z");
    expect(beginningsAt("Europe/Berlin", "2026-03-30T10:00:00.000Z")[0]).toBe("2026-03-29T22:00:00.000Z");
    const falls = "2026-10-25T10:00:00.000Z";
    expect(beginningsAt("Europe/Berlin", falls)[0]).toBe("2026-10-24T22:00:00.000Z");
    expect(beginningsAt("Europe/Berlin", "2026-10-26T10:00:00.000Z").slice(0, 2)).toEqual([
      "2026-10-25T23:00:00.000Z",
      "2026-10-24T22:00:00.000Z",
    ]);
  });

  it("knows when the next day begins", () => {
    vi.stubEnv("TZ", "UTC");
    expect(untilTomorrow(new Date("2026-03-20T23:59:00.250Z"))).toBe(59_750);
    vi.stubEnv("TZ", "Asia/Kolkata");
    expect(untilTomorrow(new Date("2026-03-20T12:00:00.000Z"))).toBe(6.5 * 3_600_000);
    vi.stubEnv("TZ", "Europe/Berlin");
    expect(untilTomorrow(new Date("2026-03-28T23:00:00.000Z"))).toBe(23 * 3_600_000);
    expect(untilTomorrow(new Date("2026-10-24T22:00:00.000Z"))).toBe(25 * 3_600_000);
  });
});
