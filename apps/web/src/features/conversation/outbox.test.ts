import { TRPCClientError } from "@trpc/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Outbox, type OutboxOptions } from "./outbox";
import { type Alone, OutboxStore } from "./outbox-store";
import { memoryStorage } from "./testing/memory-storage";
import { newTurnId } from "./turn-id";

/** Two pages of a browser that has locks. */
function twoTabs() {
  let held: Promise<void> = Promise.resolve();
  return [0, 1].map(() => {
    let closes = () => {};
    const isClosed = new Promise<void>((resolve) => {
      closes = resolve;
    });
    const alone: Alone = (_, act) => {
      held = held.then(() => Promise.race([act(), isClosed]));
    };
    return { alone, closes };
  }) as [{ alone: Alone; closes(): void }, { alone: Alone; closes(): void }];
}

describe("sending", () => {
  function outbox({ storage = memoryStorage(), ...over }: Partial<OutboxOptions> & { storage?: Storage }) {
    const options: Omit<OutboxOptions, "start"> = {
      store: new OutboxStore(storage),
      alone: (_, act) => void act(),
      isOnline: () => true,
      isWriting: () => false,
      onStarted() {},
      onRefused() {},
      onTakenBack() {},
      ...over,
    };
    return new Outbox({ start: () => Promise.reject(new TypeError("network")), ...options });
  }
  const sent = { turnId: "t", ownerId: null, conversationId: "c", text: "hello", model: null, at: Date.now() };
  const soon = () => new Promise((resolve) => setTimeout(resolve, 10));

  it("R-TURN-6: tries again with the same id until it has arrived", async () => {
    const ids: string[] = [];
    let arrived = 0;
    const box = outbox({
      async start({ turnId }) {
        ids.push(turnId);
        if (ids.length < 2) throw new TypeError("network");
        return { conversation: {} as never, turn: {} as never }; // only handed on
      },
      onStarted: () => arrived++,
    });
    box.send(sent);
    box.send(sent);
    await soon();
    expect(box.get()[0]?.state).toBe("waiting");
    box.retryNow();
    await soon();
    expect(ids).toEqual(["t", "t"]);
    expect(arrived).toBe(1);
    expect(box.get()).toEqual([]);
  });

  describe("to a server that cannot take it just now", () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    const answer = (code: string) => TRPCClientError.from({ error: { code: -32603, message: "no", data: { code } } });

    it("R-OPS-3: asks again by itself until it can", async () => {
      let isUp = false;
      const start = vi.fn(async () => {
        if (!isUp) throw answer("UNAVAILABLE");
        return { conversation: {} as never, turn: {} as never }; // only handed on
      });
      const onRefused = vi.fn();
      const box = outbox({ start, onRefused });
      box.send(sent);
      await vi.advanceTimersByTimeAsync(100_000);
      expect(box.get()).toMatchObject([{ turnId: "t", state: "waiting" }]);
      const asked = start.mock.calls.length;
      expect(asked).toBeGreaterThan(20);
      expect(asked).toBeLessThan(60);
      isUp = true;
      await vi.advanceTimersByTimeAsync(5_000);
      expect(box.get()).toEqual([]);
      expect(start).toHaveBeenCalledTimes(asked + 1);
      expect(onRefused).not.toHaveBeenCalled();
    });

    it("R-OPS-3: gives up after two minutes of it, which begin anew where the connection was lost between", async () => {
      let error: Error = answer("UNAVAILABLE");
      const words: string[] = [];
      const start = () => Promise.reject(error);
      const box = outbox({ start, onRefused: (_, refusal) => words.push(refusal.words) });
      box.send(sent);
      await vi.advanceTimersByTimeAsync(110_000);
      error = new TypeError("network");
      await vi.advanceTimersByTimeAsync(200_000);
      error = answer("UNAVAILABLE");
      await vi.advanceTimersByTimeAsync(110_000);
      expect(box.get()).toMatchObject([{ turnId: "t", state: "waiting" }]);
      await vi.advanceTimersByTimeAsync(20_000);
      expect(box.get()).toEqual([]);
      expect(words).toEqual([
        "Holdfast could not take this for two minutes, and tries no more. Your text is kept here; send it again later.",
      ]);
    });

    it("R-OPS-3: gives back at once what the server says no to", async () => {
      const onRefused = vi.fn();
      const start = vi.fn(() => Promise.reject(answer("CONFLICT")));
      outbox({ start, onRefused }).send(sent);
      await vi.advanceTimersByTimeAsync(1);
      expect(onRefused).toHaveBeenCalledOnce();
      expect(start).toHaveBeenCalledOnce();
    });
  });

  it("R-WEB-4: what New chat has left on its way stays left after a refresh, until it is shown", async () => {
    const storage = memoryStorage();
    const first = { ...sent, conversationId: null };
    const box = outbox({ storage, isOnline: () => false });
    box.send(first);
    box.showFirst(null);
    box.send({ ...first, turnId: "u" });
    expect(box.get().map(({ aside }) => aside)).toEqual([true, false]);
    const after = outbox({ storage, isOnline: () => false });
    after.resume(null);
    await soon();
    expect(after.get().map(({ aside }) => aside)).toEqual([true, false]);
    after.showFirst("t");
    expect(after.get().map(({ aside }) => aside)).toEqual([false, true]);
  });

  it("R-WEB-4: what another tab has left is set aside where something else is begun", async () => {
    const storage = memoryStorage();
    const [tab, other] = twoTabs();
    const first = { ...sent, conversationId: null };
    outbox({ storage, alone: tab.alone, isOnline: () => false }).send(first);
    await soon();
    const heir = outbox({ storage, alone: other.alone, isOnline: () => false, isWriting: () => true });
    heir.resume(null);
    tab.closes();
    await soon();
    expect(heir.get()).toMatchObject([{ turnId: "t", aside: true }]);
    const sending = outbox({ storage, isOnline: () => false });
    sending.send({ ...first, turnId: "u" });
    sending.resume(null);
    await soon();
    expect(sending.get()).toMatchObject([
      { turnId: "u", aside: false },
      { turnId: "t", aside: true },
    ]);
  });

  it("survives a refresh", async () => {
    const storage = memoryStorage();
    outbox({ storage, isOnline: () => false }).send(sent);
    const takenBack: string[] = [];
    const after = outbox({ storage, isOnline: () => false, onTakenBack: ({ text }) => takenBack.push(text) });
    after.resume("u");
    await soon();
    expect(after.get()[0]).toMatchObject({ turnId: "t", text: "hello", state: "waiting" });
    after.stop("t");
    expect(takenBack).toEqual(["hello"]);
    expect(after.get()).toEqual([]);
  });

  it("R-TURN-4: what is stopped on its way is sent no more, and its text comes back; after a refresh too", async () => {
    const storage = memoryStorage();
    const takenBack: string[] = [];
    const onTakenBack = ({ text }: { text: string }) => takenBack.push(text);
    let attempts = 0;
    let lose = (_: Error) => {};
    const start: OutboxOptions["start"] = () => {
      attempts++;
      return new Promise((_, reject) => {
        lose = reject;
      });
    };
    const box = outbox({ storage, start, onTakenBack });
    box.send(sent);
    box.stop("t");
    expect(box.get()[0]).toMatchObject({ state: "sending", stopped: true });
    outbox({ storage, start, onTakenBack }).resume("u");
    expect(takenBack).toEqual(["hello"]);
    lose(new TypeError("network"));
    await soon();
    expect(takenBack).toEqual(["hello", "hello"]);
    expect(box.get()).toEqual([]);
    expect(attempts).toBe(1);
  });

  it("R-TURN-4: what is stopped while it goes once more is one message, stopped; not that and a draft", async () => {
    const arrived: boolean[] = [];
    const takenBack: string[] = [];
    let attempts = 0;
    let arrive = () => {};
    const box = outbox({
      start: () => {
        if (++attempts === 1) return Promise.reject(new TypeError("network"));
        return new Promise((resolve) => {
          arrive = () => resolve({ conversation: {} as never, turn: {} as never }); // only handed on
        });
      },
      onStarted: ({ stopped }) => arrived.push(stopped),
      onTakenBack: ({ text }) => takenBack.push(text),
    });
    box.send(sent);
    await soon();
    box.retryNow();
    expect(box.stop("t")).toBe(true);
    expect(box.get()).toMatchObject([{ stopped: true }]);
    arrive();
    await soon();
    expect([arrived, takenBack, box.get()]).toEqual([[true], [], []]);
  });

  it("R-TURN-4: what is stopped on its way and arrives is known as stopped to whoever hears of it", async () => {
    const arrived: boolean[] = [];
    const start = async () => ({ conversation: {} as never, turn: {} as never }); // only handed on
    const box = outbox({ start, onStarted: ({ stopped }) => arrived.push(stopped) });
    box.send(sent);
    box.stop("t");
    await soon();
    expect(arrived).toEqual([true]);
  });

  it("R-SEC-1: does not take up what another account of this browser has left", async () => {
    const storage = memoryStorage();
    outbox({ storage, isOnline: () => false }).send({ ...sent, ownerId: "u" });
    for (const ownerId of ["v", null]) {
      const another = outbox({ storage, isOnline: () => false });
      another.resume(ownerId);
      expect(another.get()).toEqual([]);
    }
    const same = outbox({ storage, isOnline: () => false });
    same.resume("u");
    expect(same.get()).toHaveLength(1);
  });

  it("R-WEB-1: what one tab sends another takes up when that one is gone, and not before", async () => {
    const storage = memoryStorage();
    const [tab, other] = twoTabs();
    outbox({ storage, alone: tab.alone, isOnline: () => false }).send(sent);
    await soon();
    const heir = outbox({ storage, alone: other.alone, isOnline: () => false });
    heir.resume(null);
    heir.onStorage({ key: "holdfast:sending:t", newValue: "{}" });
    expect(heir.get()).toEqual([]);
    tab.closes();
    await soon();
    expect(heir.get()).toMatchObject([{ turnId: "t", text: "hello" }]);
  });

  it("R-TURN-6: what has arrived from one tab is not sent by another", async () => {
    const storage = memoryStorage();
    const [tab, other] = twoTabs();
    const start = async () => ({ conversation: {} as never, turn: {} as never }); // only handed on
    const sender = outbox({ storage, alone: tab.alone, start });
    sender.send(sent);
    const heir = outbox({ storage, alone: other.alone, isOnline: () => false });
    heir.resume(null);
    await soon();
    expect([sender.get(), heir.get(), new OutboxStore(storage).turnIds()]).toEqual([[], [], []]);
  });

  it("keeps nothing for longer than a day", () => {
    const store = new OutboxStore(memoryStorage());
    store.put({ ...sent, state: "waiting", stopped: false, aside: false, at: Date.now() - 25 * 60 * 60_000 });
    expect([store.find("t"), store.turnIds()]).toEqual([null, []]);
  });

  it("makes UUIDs with and without the browser's help", () => {
    expect(newTurnId()).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });
});
