import { coalesce, type TurnEvent } from "@holdfast/contract";

/** Gathers what a turn says: the first word goes out at once, what follows at most every `intervalMs`. */
export interface Chunker {
  add(event: TurnEvent): void;
  /** Sends what is gathered now. */
  flush(): void;
}

export function createChunker(intervalMs: () => number, send: (events: TurnEvent[]) => void): Chunker {
  let gathered: TurnEvent[] = [];
  let sentAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | null = null;

  function flush(): void {
    if (timer) clearTimeout(timer);
    timer = null;
    if (gathered.length === 0) return;
    const events = coalesce(gathered);
    gathered = [];
    sentAt = performance.now();
    send(events);
  }

  return {
    flush,
    add(event) {
      gathered.push(event);
      if (timer) return;
      const waitMs = sentAt + intervalMs() - performance.now();
      if (waitMs <= 0) flush();
      else timer = setTimeout(flush, waitMs);
    },
  };
}
