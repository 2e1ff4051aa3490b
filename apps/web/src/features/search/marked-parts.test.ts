import { expect, it } from "vitest";
import { markedParts, withMarks, withoutMarkup } from "./marked-parts";

it("marks the words that were found, and nothing else", () => {
  expect(markedParts("the \uE000tide\uE001 and the \uE000ti\uE001mes")).toEqual([
    { text: "the ", isMatch: false },
    { text: "tide", isMatch: true },
    { text: " and the ", isMatch: false },
    { text: "ti", isMatch: true },
    { text: "mes", isMatch: false },
  ]);
});

it("shows a text with marks that do not match as plain text", () => {
  expect(markedParts("a\uE001b\uE000c")).toEqual([
    { text: "ab", isMatch: false },
    { text: "c", isMatch: false },
  ]);
  expect(markedParts("")).toEqual([]);
  expect(markedParts("\uE000\uE001")).toEqual([]);
});

it("marks a title by an excerpt of it", () => {
  expect(withMarks("The tides of Brest", "tides of \uE000Brest\uE001")).toBe("The tides of \uE000Brest\uE001");
  expect(withMarks("a b a", "\uE000a\uE001 b \uE000a\uE001")).toBe("\uE000a\uE001 b \uE000a\uE001");
  expect(withMarks("Something else", "\uE000gone\uE001")).toBe("Something else");
});

it.each([
  ["## Plan for **\uE000Brest\uE001**", "Plan for \uE000Brest\uE001"],
  ["see [the \uE000tide\uE001](https://tide.example) at `noon`", "see the \uE000tide\uE001 at noon"],
  ["**cut \uE000off\uE001 by the end", "cut \uE000off\uE001 by the end"],
  ["- one\n* two\n> three", "one\ntwo\nthree"],
  ["```ts\nconst \uE000x\uE001 = 2**3", "ts\nconst \uE000x\uE001 = 2**3"],
  ["#1 of 3 - 2 * 1 [not] (a link)", "#1 of 3 - 2 * 1 [not] (a link)"],
])("shows the words of an excerpt without their markup: %j", (excerpt, words) => {
  expect(withoutMarkup(excerpt)).toBe(words);
});
