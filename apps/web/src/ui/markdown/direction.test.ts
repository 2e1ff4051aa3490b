import { describe, expect, it } from "vitest";
import { directionOf } from "./direction";

describe("the direction of a block", () => {
  it.each([
    ["- שלום\n- hello", "rtl"],
    ["1. 42: مرحبا", "rtl"],
    ["> **«נאמר»** said", "rtl"],
    ["- [x] שלום", "rtl"],
    ["| 1 | اسم |", "rtl"],
    ["- hello שלום", "ltr"],
    ["- 你好", "ltr"],
    ["- 1\n- 😀", undefined],
    ["", undefined],
  ])("R-MSG-6: is that of its first letter: %j", (text, direction) => {
    expect(directionOf(text)).toBe(direction);
  });
});
