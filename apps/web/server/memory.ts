import type { ServerResponse } from "node:http";
import { constants, type PerformanceEntry, PerformanceObserver } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import type { Logger } from "pino";

/** Of the limit of the heap; the rest is for the work that has been taken on, and for garbage. */
const fullShare = 0.7;
const sampleMs = 250;
/** After that nobody knows any more what a collection has left: work is taken on again, and shows it. */
const knownForMs = 5_000;
/** Whoever takes nothing of an answer for so long, which Node finds out within twice that, has gone, whatever the network says. */
const stalledMs = 15_000;

/** Whether this process has memory for more work than it has. */
export interface Memory {
  isShort(): boolean;
  /** Counts what waits to be sent in an answer, and ends it where nobody takes it. */
  watch(res: ServerResponse): void;
  close(): void;
}

/**
 * Counts what nothing can be done without: what is left of the heap by a full collection, and answers that wait for slow readers,
 * which lie beside the heap and have no limit of their own.
 */
export function watchMemory(log: Logger, limitBytes = getHeapStatistics().heap_size_limit): Memory {
  const open = new Set<ServerResponse>();
  let left = { bytes: 0, at: Number.NEGATIVE_INFINITY };
  let isShort = false;

  const observer = new PerformanceObserver((list) => {
    if (!list.getEntries().some(isFullCollection)) return;
    left = { bytes: getHeapStatistics().used_heap_size, at: performance.now() };
    sample();
  });
  observer.observe({ entryTypes: ["gc"] });
  const sampling = setInterval(sample, sampleMs).unref();

  function sample(): void {
    let waiting = 0;
    for (const res of open) waiting += res.writableLength;
    const kept = performance.now() - left.at < knownForMs ? left.bytes : 0;
    const wasShort = isShort;
    isShort = kept + waiting > fullShare * limitBytes;
    if (isShort === wasShort) return;
    if (isShort) log.warn({ kept, waiting, limitBytes }, "memory is short: requests are refused");
    else log.info({ kept, waiting, limitBytes }, "there is memory again");
  }

  return {
    isShort: () => isShort,
    watch(res) {
      open.add(res);
      res.once("close", () => open.delete(res));
      // It is not over while something of it is taken. With nothing to take, it is we who are slow.
      res.setTimeout(stalledMs, () => void (res.writableLength > 0 && res.destroy()));
    },
    close() {
      observer.disconnect();
      clearInterval(sampling);
    },
  };
}

function isFullCollection(entry: PerformanceEntry): boolean {
  const { detail } = entry as PerformanceEntry & { detail?: { kind?: number } }; // of "gc", which has one
  return detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
}
