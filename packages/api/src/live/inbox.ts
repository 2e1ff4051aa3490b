import { ApiError } from "../errors.ts";

/** What waits to be sent on one stream. Bounded: whoever reads too slowly loses the stream, not the server its memory. */
export interface Inbox<T> extends AsyncIterable<T> {
  push(item: T): void;
}

/** Ends when `signal` aborts. Throws `DisconnectError` to the reader once more than `capacity` waits, measured by `sizeOf`. */
export function createInbox<T>(options: {
  capacity: () => number;
  sizeOf(item: T): number;
  signal: AbortSignal;
}): Inbox<T> {
  const { capacity, sizeOf, signal } = options;
  let waiting: T[] = [];
  let size = 0;
  let isFull = false;
  let wake: (() => void) | null = null;

  function rouse(): void {
    wake?.();
    wake = null;
  }

  async function* read(): AsyncGenerator<T, void> {
    signal.addEventListener("abort", rouse, { once: true });
    try {
      while (!signal.aborted) {
        if (isFull) throw new DisconnectError("the reader is too slow");
        if (waiting.length === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        const items = waiting;
        waiting = [];
        size = 0;
        yield* items;
      }
    } finally {
      signal.removeEventListener("abort", rouse);
    }
  }

  return {
    push(item) {
      size += sizeOf(item);
      if (size > capacity()) {
        isFull = true;
        waiting = [];
      }
      if (!isFull) waiting.push(item);
      rouse();
    },
    [Symbol.asyncIterator]: read,
  };
}

/** Ends a stream without completing it: whoever reads it connects again. */
export class DisconnectError extends ApiError {
  constructor(reason: string) {
    super("UNAVAILABLE", "The stream was cut. Connect again.", { cause: reason });
  }
}
