import type { ConversationSummary } from "@holdfast/contract";
import { describe, expect, it } from "vitest";
import { inPlaces } from "./use-active-row";

const at = "2026-01-01T00:00:00.000Z";
const conversation = (id: string, title = id): ConversationSummary => ({
  ...{ id, title, createdAt: at, updatedAt: at, model: null, messageCount: 2, readPosition: 2, pinnedAt: null },
  ...{ forkedFrom: null, running: false },
});
const group = (label: string, ...items: (string | ConversationSummary)[]) => ({
  label,
  items: items.map((item) => (typeof item === "string" ? conversation(item) : item)),
});

describe("the list while a row of it is used", () => {
  const places = [group("Today", "a", "b"), group("Older", "c", "d")];

  it("R-WEB-4: keeps every row in its place, as it is now", () => {
    const renamed = conversation("b", "Renamed");
    const now = [group("Today", "c", renamed, "a"), group("Older", "d")];
    expect(inPlaces(places, now)).toEqual([group("Today", "a", renamed), group("Older", "c", "d")]);
  });

  it("R-WEB-4: leaves out what is gone, and lets what is new wait", () => {
    const now = [group("Today", "new", "b"), group("Yesterday", "another"), group("Older", "d")];
    expect(inPlaces(places, now)).toEqual([group("Today", "b"), group("Older", "d")]);
  });

  it("R-WEB-4: goes on where more is loaded", () => {
    const now = [group("Today", "c", "a", "b"), group("Older", "d", "e", "f"), group("Oldest", "g")];
    expect(inPlaces(places, now)).toEqual([
      group("Today", "a", "b"),
      group("Older", "c", "d", "e", "f"),
      group("Oldest", "g"),
    ]);
    expect(inPlaces([], now)).toEqual(now);
  });
});
