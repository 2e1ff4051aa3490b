import fc from "fast-check";
import { expect, it } from "vitest";
import { jsonFault, toStorableJson } from "./json.ts";
import { limits } from "./limits.ts";

const nested = (levels: number, inside = "") => JSON.parse("[".repeat(levels) + inside + "]".repeat(levels));

it("R-MSG-6: finds and mends what jsonb cannot hold, in values and in keys", () => {
  expect(jsonFault({ a: ["fine", { b: "x\u0000" }] })).toMatch(/U\+0000/);
  expect(jsonFault({ "\uD800": 1 })).toMatch(/U\+0000/);
  expect(jsonFault({ a: "\\u0000", b: [1, true, null] })).toBeNull();
  expect(toStorableJson({ "k\u0000": ["\uDC00"] })).toEqual({ "k\uFFFD": ["\uFFFD"] });
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => jsonFault(toStorableJson(value as never)) === null),
  );
});

it("R-API-3: takes JSON to the limit of its depth and of its length, and says of any other what is wrong", () => {
  for (const inside of ["", "1", "{}"]) {
    const levels = limits.jsonDepth - (inside === "{}" ? 1 : 0);
    expect(jsonFault(nested(levels, inside))).toBeNull();
    expect(jsonFault(nested(levels + 1, inside))).toMatch(/levels/);
  }
  expect(jsonFault(nested(200_000))).toMatch(/levels/);
  expect(jsonFault(JSON.parse('{"a":[1e999]}'))).toMatch(/number/);
  expect(jsonFault("😀".repeat(limits.answerLength - 2))).toBeNull();
  expect(jsonFault("😀".repeat(limits.answerLength - 1))).toMatch(/characters/);
});

it("R-SEC-7: cuts what is nested too deeply, so that what was stored of a model or a tool can be stored again", () => {
  for (const value of [nested(150), { a: nested(limits.jsonDepth, '{"b": 1}') }, nested(200_000)]) {
    expect(jsonFault(value)).toMatch(/levels/);
    const cut = toStorableJson(value);
    expect(jsonFault(cut)).toBeNull();
    expect(JSON.stringify(cut)).toContain("… [cut]");
  }
  expect(toStorableJson(nested(limits.jsonDepth, "1"))).toEqual(nested(limits.jsonDepth, "1"));
});
