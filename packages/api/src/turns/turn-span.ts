import type { Span } from "@holdfast/assistant";
import type { TurnView } from "@holdfast/contract";
import type { TurnEnd } from "@holdfast/db";
import type { Tracer } from "../api.ts";

/** A trace of its own, for a turn outlives the request that started it: linked to it, not a part of it. */
export function beginTurnSpan(tracer: Tracer | undefined, turn: TurnView): Span | undefined {
  return tracer?.beginLinked("turn", {
    "holdfast.turn.id": turn.id,
    "holdfast.conversation.id": turn.conversationId,
    "gen_ai.request.model": turn.model,
  });
}

export function endTurnSpan(span: Span | undefined, end: TurnEnd | null): void {
  span?.set({
    "holdfast.turn.status": end?.status ?? "abandoned",
    "holdfast.turn.steps": end?.steps.length,
    "gen_ai.usage.input_tokens": end?.usage?.inputTokens,
    "gen_ai.usage.output_tokens": end?.usage?.outputTokens,
  });
  span?.end(end && "failure" in end ? end.failure.code : undefined);
}
