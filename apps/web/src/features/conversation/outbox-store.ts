import type { Sending } from "./outbox";
import { keysUnder } from "./stored-keys";

const prefix = "holdfast:sending:";
const keptMs = 24 * 60 * 60_000;

/** What is to be sent, where every page of this browser finds it: a tab that is closed leaves it to the others, or to the next. */
export class OutboxStore {
  readonly #storage: Storage | null;

  constructor(storage: Storage | null) {
    this.#storage = storage;
  }

  put(sending: Sending): void {
    try {
      this.#storage?.setItem(prefix + sending.turnId, JSON.stringify(sending));
    } catch {
      // A full or forbidden storage: it is still sent from here; only the end of this page could lose it.
    }
  }

  remove(turnId: string): void {
    try {
      this.#storage?.removeItem(prefix + turnId);
    } catch {
      // As above.
    }
  }

  /** Null for what is not there any more, or was meant for another day. */
  find(turnId: string): Sending | null {
    try {
      const text = this.#storage?.getItem(prefix + turnId) ?? null;
      const sending = text === null ? null : (JSON.parse(text) as Sending); // written by this class alone
      if (sending === null || Date.now() - sending.at < keptMs) return sending;
    } catch {
      // Not to be read: as if it were not there.
    }
    this.remove(turnId);
    return null;
  }

  /** Of all that is kept, in the order in which it was sent. */
  turnIds(): string[] {
    return keysUnder(prefix, this.#storage)
      .flatMap((key) => this.find(key.slice(prefix.length)) ?? [])
      .sort((a, b) => a.at - b.at)
      .map(({ turnId }) => turnId);
  }

  /** For the window's `storage` events: whether another tab has begun to send something. */
  isOfAnotherTab({ key, newValue }: Pick<StorageEvent, "key" | "newValue">): boolean {
    return newValue !== null && (key?.startsWith(prefix) ?? false);
  }
}

/** Acts once no other page of this browser does anything of this name, and keeps others waiting until it is done. */
export type Alone = (name: string, act: () => Promise<void>) => void;

/** What a page of another process has stored is seen here a little later than its lock is. */
const storedWithinMs = 300;

/** By a lock, which ends with its page, however that ends. Without locks (plain http) all may act: what is sent has an id. */
export const alone: Alone = (name, act) => {
  if (navigator.locks) void actAlone(navigator.locks, prefix + name, act);
  else void act();
};

async function actAlone(locks: LockManager, name: string, act: () => Promise<void>): Promise<void> {
  const isDone = await locks.request(name, { ifAvailable: true }, async (lock) => {
    if (lock) await act();
    return lock !== null;
  });
  if (isDone) return;
  await locks.request(name, async () => {
    await new Promise((resolve) => setTimeout(resolve, storedWithinMs));
    await act();
  });
}
