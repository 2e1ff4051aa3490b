import { describe, expect, it } from "vitest";
import { groupByDate, startOfDay, untilTomorrow } from "./date-groups";

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
      now,
      "UTC",
    );
    expect(groups.map(({ label, items }) => [label, items.length])).toEqual([
      ["Today", 1],
      ["Yesterday", 1],
      ["Previous 7 days", 2],
      ["Previous 30 days", 2],
      ["Older", 1],
    ]);
    expect(groupByDate([at("2020-01-01T00:00:00.000Z")], now, "UTC").map((group) => group.label)).toEqual(["Older"]);
    expect(groupByDate([], now, "UTC")).toEqual([]);
  });

  it("R-WEB-2: a day begins when it does where the person is", () => {
    const late = at("2026-03-20T05:30:00.000Z");
    expect(groupByDate([late], now, "UTC")[0]?.label).toBe("Today");
    expect(groupByDate([late], now, "America/Los_Angeles")[0]?.label).toBe("Yesterday");
    expect(groupByDate([at("2026-03-21T01:00:00.000Z")], now, "Asia/Tokyo")[0]?.label).toBe("Today");
  });

  it("knows days of 23 and of 25 hours", () => {
    const springs = new Date("2026-03-29T10:00:00.000Z");
    expect(startOfDay(springs, 0, "Europe/Berlin").toISOString()).toBe("2026-03-28T23:00:00.000Z");
    expect(startOfDay(springs, -1, "Europe/Berlin").toISOString()).toBe("2026-03-29T22:00:00.000Z");
    const falls = new Date("2026-10-25T10:00:00.000Z");
    expect(startOfDay(falls, 0, "Europe/Berlin").toISOString()).toBe("2026-10-24T22:00:00.000Z");
    expect(startOfDay(falls, -1, "Europe/Berlin").toISOString()).toBe("2026-10-25T23:00:00.000Z");
  });

  it("knows when the next day begins", () => {
    expect(untilTomorrow(new Date("2026-03-20T23:59:00.250Z"), "UTC")).toBe(59_750);
    expect(untilTomorrow(new Date("2026-03-20T12:00:00.000Z"), "Asia/Kolkata")).toBe(6.5 * 3_600_000);
  });
});
