import {
  applyEvents,
  endedCall,
  type TurnChunk,
  type TurnFailure,
  type TurnStatus,
  type TurnView,
} from "@holdfast/contract";

/** The protocol of a receiver that holds everything up to `seq`: the next chunk applies, an older one is dropped, a later one is a gap. */
export function applyChunk(turn: TurnView, chunk: TurnChunk): TurnView | "gap" {
  if (turn.status !== "running" || chunk.seq <= turn.seq) return turn;
  if (chunk.seq > turn.seq + 1) return "gap";
  return { ...turn, seq: chunk.seq, steps: applyEvents(turn.steps, chunk.events) };
}

export function endTurn(turn: TurnView, status: TurnStatus, failure: TurnFailure | null, endedAt: string): TurnView {
  if (turn.status !== "running") return turn;
  return {
    ...turn,
    status,
    failure,
    endedAt,
    steps: turn.steps.map((step) => ({ ...step, toolCalls: step.toolCalls.map(endedCall) })),
  };
}

/**
 * Which of two views of a conversation's latest turn knows more. A turn that is tried again begins anew under its
 * old id, at a later time.
 */
export function latestTurn(held: TurnView | null, read: TurnView | null): TurnView | null {
  if (!held || !read) return held ?? read;
  if (held.startedAt !== read.startedAt) return held.startedAt > read.startedAt ? held : read;
  if ((held.status === "running") !== (read.status === "running")) return held.status === "running" ? read : held;
  return read.seq > held.seq ? read : held;
}
