import fc from "fast-check";
import { expect, it } from "vitest";
import { isStorableJson, toStorableJson } from "./json.ts";

it("R-MSG-6: finds and mends what jsonb cannot hold, in values and in keys", () => {
  expect(isStorableJson({ a: ["fine", { b: "x\u0000" }] })).toBe(false);
  expect(isStorableJson({ "\uD800": 1 })).toBe(false);
  expect(isStorableJson({ a: "\\u0000", b: [1, true, null] })).toBe(true);
  expect(toStorableJson({ "k\u0000": ["\uDC00"] })).toEqual({ "k\uFFFD": ["\uFFFD"] });
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => isStorableJson(toStorableJson(value as never))),
  );
});
