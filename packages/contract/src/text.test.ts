import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codePointLength, isBlank, isStorable, titleFrom, toStorable, truncate, whitespace } from "./text.ts";

describe("text", () => {
  it("R-MSG-4: the list of white space is exactly what trim removes", () => {
    const removed: string[] = [];
    for (let code = 0; code <= 0xffff; code++) {
      const character = String.fromCharCode(code);
      if (character.trim() === "") removed.push(character);
    }
    expect([...whitespace].sort()).toEqual(removed.sort());
    expect(removed).toHaveLength(25);
  });

  it("R-MSG-4: a zero-width space is content", () => {
    expect(isBlank("\u200B")).toBe(false);
    expect(isBlank(whitespace)).toBe(true);
  });

  it("R-MSG-5: counts code points as spreading a string does", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(codePointLength(text)).toBe([...text].length);
      }),
    );
    expect(codePointLength("👩‍👩‍👧")).toBe(5);
    expect(codePointLength("\uD800a\uDC00")).toBe(3);
  });

  it("R-MSG-5: truncates to code points and never splits a pair", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(30), (text, length) => {
        expect(truncate(text, length)).toBe([...text].slice(0, length).join(""));
      }),
    );
  });

  it("R-MSG-6: knows what PostgreSQL cannot hold, and mends it in what a model says", () => {
    expect(isStorable("a\u0000b")).toBe(false);
    expect(isStorable("\uD83D")).toBe(false);
    expect(isStorable("😀")).toBe(true);
    expect(toStorable("a\u0000b\uD83Dc😀")).toBe("a\uFFFDb\uFFFDc😀");
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => isStorable(toStorable(text))));
  });

  it("R-CONV-2: a title is the beginning of the message, on one line, cut between words", () => {
    expect(titleFrom("  Hello\n\tworld ")).toBe("Hello world");
    expect(titleFrom("Tell me a long story about a boat, three islands and the tide that never turned")).toBe(
      "Tell me a long story about a boat, three islands and the…",
    );
    expect(titleFrom("x".repeat(300))).toBe(`${"x".repeat(60)}…`);
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (message) => {
        const length = codePointLength(titleFrom(message));
        return length >= 1 && length <= 61;
      }),
    );
  });
});
