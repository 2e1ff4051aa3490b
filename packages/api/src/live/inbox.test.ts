import { describe, expect, it } from "vitest";
import { createInbox, DisconnectError } from "./inbox.ts";

describe("what waits for a stream", () => {
  it("comes out in order, whether it was there before the reader or came later", async () => {
    const closing = new AbortController();
    const inbox = createInbox<number>({ capacity: () => 100, sizeOf: () => 1, signal: closing.signal });
    inbox.push(1);
    inbox.push(2);
    const seen: number[] = [];
    const reading = (async () => {
      for await (const item of inbox) {
        seen.push(item);
        if (item === 2) setTimeout(() => inbox.push(3));
        if (item === 3) closing.abort();
      }
    })();
    await reading;
    expect(seen).toEqual([1, 2, 3]);
  });

  it("cuts off a reader that is too slow instead of keeping everything for it", async () => {
    const inbox = createInbox<string>({
      capacity: () => 10,
      sizeOf: (item) => item.length,
      signal: new AbortController().signal,
    });
    for (let i = 0; i < 100; i++) inbox.push("abc");
    await expect(inbox[Symbol.asyncIterator]().next()).rejects.toBeInstanceOf(DisconnectError);
  });

  it("ends when it is aborted while nothing waits", async () => {
    const closing = new AbortController();
    const inbox = createInbox<number>({ capacity: () => 1, sizeOf: () => 1, signal: closing.signal });
    const next = inbox[Symbol.asyncIterator]().next();
    closing.abort();
    expect((await next).done).toBe(true);
  });
});
