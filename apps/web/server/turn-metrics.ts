import type { Notice } from "@holdfast/db";
import { Counter, Histogram } from "prom-client";
import type { Metrics } from "./metrics.ts";

/** Counts the turns of this process by how they end, and how long people wait for the first words. */
export function observeTurns({ register }: Metrics): (notice: Notice, own: boolean) => void {
  const registers = [register];
  const ended = new Counter({
    name: "holdfast_turns_total",
    help: "Turns that ended in this process, by how they ended.",
    labelNames: ["status"],
    registers,
  });
  const firstToken = new Histogram({
    name: "holdfast_turn_first_token_seconds",
    help: "From the start of a turn to its first words.",
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const betweenChunks = new Histogram({
    name: "holdfast_turn_chunk_interval_seconds",
    help: "Between one chunk of an answer and the next.",
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const lastHeard = new Map<string, { at: number; begun: boolean }>();
  return (notice, own) => {
    if (!own) return;
    const now = performance.now();
    switch (notice.type) {
      case "turn-started":
        lastHeard.set(notice.turnId, { at: now, begun: false });
        return;
      case "chunks": {
        const last = lastHeard.get(notice.chunk.turnId);
        if (!last) return;
        (last.begun ? betweenChunks : firstToken).observe((now - last.at) / 1000);
        lastHeard.set(notice.chunk.turnId, { at: now, begun: true });
        return;
      }
      case "turn-ended":
        lastHeard.delete(notice.turnId);
        ended.inc({ status: notice.status });
        return;
      default:
        return;
    }
  };
}
