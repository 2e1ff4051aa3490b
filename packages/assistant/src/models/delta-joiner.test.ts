import { limits } from "@holdfast/contract";
import { expect, it } from "vitest";
import { TurnError } from "../failures.ts";
import { createDeltaJoiner } from "./delta-joiner.ts";
import { finish, meaning, text, toolCall } from "./sent-events.ts";

function joined(sent: string, size: number, flushing: boolean): string {
  const bytes = new TextEncoder().encode(sent);
  const decoder = new TextDecoder();
  let events = "";
  const joiner = createDeltaJoiner((some) => {
    events += decoder.decode(some);
  });
  for (let at = 0; at < bytes.length; at += size) {
    joiner.add(bytes.subarray(at, at + size));
    if (flushing) joiner.flush();
  }
  joiner.end();
  return events;
}

it("R-TURN-3: joined tokens say what the tokens said, in their order, however the bytes arrive", () => {
  const sent = [text("One "), text("boat ⛵️🚤"), toolCall, text("and\n\n"), text("two."), finish].join("");
  for (let size = 1; size <= sent.length * 2; size++) {
    for (const flushing of [false, true]) expect(meaning(joined(sent, size, flushing))).toEqual(meaning(sent));
  }
});

it("joins neighbouring tokens, and touches nothing else", () => {
  const crlf = 'data: {"choices":[]}\r\n\r\n: a comment\n\n';
  const events = joined([text("a"), text("b"), toolCall, crlf, text("c"), finish].join(""), 10_000, false);
  expect(events.split('"content":"').length - 1).toBe(3); // "ab", the call's empty one, and "c"
  expect(events).toContain(toolCall + crlf);
  expect(events.endsWith(finish)).toBe(true);
});

it("gives an event that was cut off on as it is", () => {
  expect(joined(`${text("a")}data: {"choi`, 7, false)).toMatch(/"a".*\n\ndata: \{"choi$/s);
});

it("R-TURN-7: looks at each byte of a long event once, so that nobody else waits for it", () => {
  const long = `data: {"choices":[{"index":0,"delta":{"x":"${"y".repeat(3_000_000)}"}}]}\n\n`;
  const begun = process.cpuUsage();
  expect(joined(long + finish, 500, true)).toBe(long + finish);
  const { user, system } = process.cpuUsage(begun);
  expect((user + system) / 1e6).toBeLessThan(2); // looked at anew with each piece it is a minute
});

it("R-TURN-2: an event without an end is no answer", () => {
  const bytes = new TextEncoder().encode("y".repeat(65_536));
  const joiner = createDeltaJoiner(() => {});
  const add = () => {
    for (let length = 0; length <= limits.modelEventLength; length += bytes.length) joiner.add(bytes);
  };
  expect(add).toThrow(TurnError);
});
