import type { Json, ToolCall, TurnFailure, TurnStatus, TurnSummary } from "./model.ts";

/**
 * What a running turn says, in order. A step is one round of the model: its text and the tools it called.
 * Each step becomes one assistant message.
 */
export type TurnEvent =
  | { type: "text"; step: number; delta: string }
  | { type: "tool-call"; step: number; id: string; name: string; arguments: Json }
  | { type: "tool-result"; step: number; id: string; result: Json; status: ToolCall["status"] };

/** A tool call that may still be running. */
export interface LiveToolCall extends Omit<ToolCall, "status"> {
  status: ToolCall["status"] | "running";
}

export interface AnswerStep {
  content: string;
  toolCalls: LiveToolCall[];
}

/**
 * The unit in which a running turn is sent and stored. `seq` counts from 1 without gaps: a receiver that holds
 * everything up to n applies n + 1, drops what is not greater than n, and reads the turn again on a gap.
 */
export interface TurnChunk {
  turnId: string;
  seq: number;
  events: TurnEvent[];
}

/** A turn with all it has said so far. */
export interface TurnView extends TurnSummary {
  prompt: string;
  /** The ids its messages have now and when they are stored. */
  promptMessageId: string;
  answerMessageId: string;
  /** The last chunk that `steps` contains; 0 where nothing has been said. */
  seq: number;
  steps: AnswerStep[];
}

/** What one person's browser is told of as it happens. Ids only, but for what a running turn says. */
export type LiveEvent =
  /** The first on every connection: the turns that run now. Whoever missed something reads it again after this. */
  | { type: "connected"; running: TurnView[] }
  | { type: "conversation-changed"; conversationId: string; change: ConversationChange }
  | { type: "turn-started"; turn: TurnView }
  | ({ type: "turn-chunk"; conversationId: string } & TurnChunk)
  | { type: "turn-ended"; conversationId: string; turnId: string; status: TurnStatus; failure: TurnFailure | null }
  | { type: "tasks-changed" };

export type ConversationChange = "created" | "updated" | "deleted";

/** Adds events to an answer. Returns a new list; steps that did not change are the same objects. */
export function applyEvents(steps: readonly AnswerStep[], events: readonly TurnEvent[]): AnswerStep[] {
  const next = [...steps];
  for (const event of events) {
    while (next.length <= event.step) next.push({ content: "", toolCalls: [] });
    const step = next[event.step] as AnswerStep; // the loop above made it
    next[event.step] = applyEvent(step, event);
  }
  return next;
}

function applyEvent(step: AnswerStep, event: TurnEvent): AnswerStep {
  switch (event.type) {
    case "text":
      return { ...step, content: step.content + event.delta };
    case "tool-call": {
      const call = {
        id: event.id,
        name: event.name,
        arguments: event.arguments,
        result: null,
        status: "running" as const,
      };
      return { ...step, toolCalls: [...step.toolCalls, call] };
    }
    case "tool-result":
      return {
        ...step,
        toolCalls: step.toolCalls.map((call) =>
          call.id === event.id ? { ...call, result: event.result, status: event.status } : call,
        ),
      };
    default:
      return event satisfies never;
  }
}

/** A call as it is kept once its turn has ended: of one that was under way nobody knows whether it was done. */
export function endedCall({ status, ...call }: LiveToolCall): ToolCall {
  return status === "running" ? { ...call, status: "failed", result: unanswered } : { ...call, status };
}

const unanswered = "The turn ended before this tool answered. It may have been done.";

/** Joins neighbouring texts of one step, so that a burst of tokens is one event. */
export function coalesce(events: readonly TurnEvent[]): TurnEvent[] {
  const joined: TurnEvent[] = [];
  for (const event of events) {
    const last = joined.at(-1);
    if (event.type === "text" && last?.type === "text" && last.step === event.step) {
      joined[joined.length - 1] = { ...last, delta: last.delta + event.delta };
    } else {
      joined.push(event);
    }
  }
  return joined;
}
