import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ConnectionStore } from "./connection-store";

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("navigator", { onLine: true });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("ConnectionStore", () => {
  it("R-WEB-4: says that it reconnects within three seconds of the loss, however often it tries meanwhile", () => {
    const store = new ConnectionStore();
    store.setConnected(true);
    store.setConnected(false);
    for (let tries = 0; tries < 5; tries++) {
      vi.advanceTimersByTime(500);
      store.setConnected(false);
    }
    expect(store.get()).toBe("reconnecting");
    store.setConnected(true);
    expect(store.get()).toBe("online");
  });

  it("R-OPS-3: says that it reconnects also where only what is sent cannot be taken", () => {
    const store = new ConnectionStore();
    store.setConnected(true);
    store.setSendingHeld(true);
    expect(store.get()).toBe("online");
    vi.advanceTimersByTime(2_000);
    expect(store.get()).toBe("reconnecting");
    store.setConnected(true);
    expect(store.get()).toBe("reconnecting");
    store.setSendingHeld(false);
    expect(store.get()).toBe("online");
  });

  it("R-WEB-4: says nothing of a loss that is over at once, and begins to count anew at the next", () => {
    const store = new ConnectionStore();
    store.setConnected(false);
    vi.advanceTimersByTime(1_000);
    store.setConnected(true);
    store.setConnected(false);
    vi.advanceTimersByTime(1_000);
    expect(store.get()).toBe("online");
    vi.advanceTimersByTime(1_000);
    expect(store.get()).toBe("reconnecting");
  });
});
