import { applyEvents, type TurnView } from "@holdfast/contract";
import type { TurnEngine } from "../turns/turn-engine.ts";

/** Follows a turn in the background, applying what it hears as a browser does. */
export interface Watch {
  process: number;
  /** Null until the turn has ended or gone. */
  ended(): { held: TurnView | null; gaps: string[] } | null;
}

export function collectWatch(
  engine: Pick<TurnEngine, "watch">,
  userId: string,
  turnId: string,
  process: number,
): Watch {
  const gaps: string[] = [];
  let held: TurnView | null = null;
  let isOver = false;

  async function follow(): Promise<void> {
    const { signal } = new AbortController();
    for await (const event of engine.watch({ userId, turnId, afterSeq: 0, signal })) {
      if (event.type === "chunk") {
        if (event.seq !== (held?.seq ?? -1) + 1) gaps.push(`${event.seq} after ${held?.seq}`);
        if (held) held = { ...held, seq: event.seq, steps: applyEvents(held.steps, event.events) };
        continue;
      }
      const before = held?.steps[0]?.content ?? "";
      const now = event.turn.steps[0]?.content ?? "";
      // The last words may come with the end; a turn that runs again begins anew.
      if (event.type === "ended" && !now.startsWith(before)) gaps.push(`"${before}" became "${now}"`);
      held = event.turn;
    }
  }

  void follow()
    .catch((error: unknown) => gaps.push(String(error)))
    .finally(() => {
      isOver = true;
    });
  return { process, ended: () => (isOver ? { held, gaps } : null) };
}
