import { expect, it } from "vitest";
import { JsonText, jsonObject, jsonOf } from "./json-text.ts";

const list = new JsonText<{ content: string }[]>('[{"content":"a \\"word\\""}]');

it("R-API-1: a value that is JSON already is passed on as it is, and is the value to whoever reads it", () => {
  expect(jsonOf(list)).toBe(list.text);
  expect(list.parse()).toEqual([{ content: 'a "word"' }]);
  expect(JSON.stringify({ list })).toBe(`{"list":${list.text}}`);
});

it("R-API-2: an object may have such values beside others", () => {
  const whole = jsonObject<{ "a title": string; model: null; list: unknown[]; absent: undefined }>({
    "a title": "“é”",
    model: null,
    list,
    absent: undefined,
  });
  expect(JSON.parse(whole.text)).toEqual({ "a title": "“é”", model: null, list: list.parse() });
  expect(jsonOf(undefined)).toBeUndefined();
});
