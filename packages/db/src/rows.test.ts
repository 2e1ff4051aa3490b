import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conversationCursor, messageCursor, parseConversationCursor, parseMessageCursor } from "./cursors.ts";
import { InvalidCursorError } from "./errors.ts";
import { isoTime } from "./rows.ts";

describe("times", () => {
  it.each([
    ["2026-01-31 09:26:53.589+00", "2026-01-31T09:26:53.589Z"],
    ["2026-01-31 09:26:53+00", "2026-01-31T09:26:53.000Z"],
    ["2026-01-31 09:26:53.5+00", "2026-01-31T09:26:53.500Z"],
    ["2026-01-31 14:56:53.589+05:30", "2026-01-31T09:26:53.589Z"],
    ["2026-01-31 10:26:53.589+01", "2026-01-31T09:26:53.589Z"],
  ])("R-API-2: %s is %s", (postgres, iso) => {
    expect(isoTime(postgres)).toBe(iso);
  });
});

describe("cursors", () => {
  it("R-CONV-3: a cursor leads back to its place", () => {
    const time = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("9999-01-01") });
    fc.assert(
      fc.property(time, fc.uuid(), (date, id) => {
        const place = { updatedAt: date.toISOString(), id };
        expect(parseConversationCursor(conversationCursor(place))).toEqual(place);
      }),
    );
    const place = { direction: "newer" as const, position: 17 };
    expect(parseMessageCursor(messageCursor(place))).toEqual(place);
  });

  it.each([
    "999999999999999",
    "-999999999999999",
    `${Date.parse("+010000-01-01T00:00:00.000Z")}`,
    `${Date.parse("0000-12-31T23:59:59.999Z")}`,
  ])("R-API-3: a time that PostgreSQL cannot read (%s) is no cursor", (time) => {
    const forged = Buffer.from(`${time}.${crypto.randomUUID()}`).toString("base64url");
    expect(() => parseConversationCursor(forged)).toThrow(InvalidCursorError);
  });
});
