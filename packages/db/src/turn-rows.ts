import {
  type AnswerStep,
  applyEvents,
  endedCall,
  type ToolCall,
  type TurnEvent,
  type TurnFailure,
  type TurnStatus,
  type TurnSummary,
  type TurnView,
  turnMessageId,
  type Usage,
} from "@holdfast/contract";
import type { StoredStep } from "./types.ts";

export interface TurnRow {
  id: string;
  conversation_id: string;
  status: TurnStatus;
  model: string;
  error: TurnFailure | null;
  usage: Usage | null;
  cut: boolean;
  first_position: number;
  last_position: number | null;
  started_at: string;
  ended_at: string | null;
}

/** Of a table or CTE named `t`. */
export const turnColumns =
  "t.id, t.conversation_id, t.status, t.model, t.error, t.usage, t.cut, t.first_position, t.last_position, t.started_at, t.ended_at";

export function turnSummary(row: TurnRow): TurnSummary {
  return {
    id: row.id,
    conversationId: row.conversation_id,
    status: row.status,
    model: row.model,
    firstPosition: row.first_position,
    lastPosition: row.last_position,
    usage: row.usage,
    cut: row.cut,
    failure: row.error,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}

export interface TurnViewRow extends TurnRow {
  prompt: string;
  partial: TurnEvent[];
  earlier_calls: ToolCall[];
  /** Of the chunks, in order; empty unless it runs. */
  events: TurnEvent[][];
  seq: number;
  /** Of the stored answer, in order; empty unless it stored one. */
  stored: StoredStepRow[];
}

interface StoredStepRow {
  content: string;
  toolCalls: ToolCall[] | null;
}

const saidColumns = `${turnColumns}, t.prompt, t.partial, t.earlier_calls,
  coalesce((SELECT max(c.seq) FROM turn_chunks c WHERE c.user_id = t.user_id AND c.turn_id = t.id), 0) AS seq,
  coalesce((SELECT jsonb_agg(c.data ORDER BY c.seq) FROM turn_chunks c
    WHERE c.user_id = t.user_id AND c.turn_id = t.id), '[]') AS events`;

/** With all that the turn has said, wherever it is kept in its state. */
export const turnViewColumns = `${saidColumns},
  coalesce((SELECT jsonb_agg(jsonb_build_object('content', m.content, 'toolCalls', m.tool_calls) ORDER BY m.position)
    FROM messages m WHERE m.user_id = t.user_id AND m.conversation_id = t.conversation_id
    AND m.position > t.first_position AND m.position <= t.last_position), '[]') AS stored`;

/** The same for a turn that is of interest only while it has stored nothing: its messages are not read. */
export const openTurnColumns = `${saidColumns}, '[]'::jsonb AS stored`;

export function turnView(row: TurnViewRow): TurnView {
  return {
    ...turnSummary(row),
    prompt: row.prompt,
    promptMessageId: turnMessageId(row.id, 0),
    answerMessageId: turnMessageId(row.id, 1),
    seq: row.seq,
    steps: stepsOf(row),
  };
}

function stepsOf(row: TurnViewRow): AnswerStep[] {
  switch (row.status) {
    case "running":
      return applyEvents([], eventsIn(row.events));
    case "failed":
    case "interrupted":
      return keptSteps(row);
    case "completed":
    case "stopped":
      return row.stored.map(({ content, toolCalls }) => ({ content, toolCalls: toolCalls ?? [] }));
    default:
      return row.status satisfies never;
  }
}

/** What a turn that stored nothing had said. One whose process died may have been in the middle of a call. */
function keptSteps({ partial }: Pick<TurnViewRow, "partial">): StoredStep[] {
  const steps = applyEvents([], eventsIn(partial));
  return steps.map(({ content, toolCalls }) => ({ content, toolCalls: toolCalls.map(endedCall) }));
}

/** Rows can be filled by other programs: what is no event is passed over, for a conversation has to open all the same. */
function eventsIn(stored: unknown): TurnEvent[] {
  return [stored].flat(2).filter(isEvent);
}

function isEvent(value: unknown): value is TurnEvent {
  if (typeof value !== "object" || value === null) return false;
  const { type, step, delta, id, name } = value as Record<string, unknown>;
  if (!Number.isInteger(step) || Number(step) < 0 || Number(step) > mostSteps) return false;
  if (type === "text") return typeof delta === "string";
  return typeof id === "string" && (type === "tool-result" || (type === "tool-call" && typeof name === "string"));
}

const mostSteps = 1_000;

/** What a turn that stores nothing had said, in the form that its chunks have. */
export function eventsOf(steps: readonly StoredStep[]): TurnEvent[] {
  return steps.flatMap(({ content, toolCalls }, step): TurnEvent[] => [
    ...(content === "" ? [] : [{ type: "text" as const, step, delta: content }]),
    ...toolCalls.map(({ id, name, arguments: args }) => ({
      type: "tool-call" as const,
      step,
      id,
      name,
      arguments: args,
    })),
    ...toolCalls.map(({ id, result, status }) => ({ type: "tool-result" as const, step, id, result, status })),
  ]);
}

/** What tools did in attempts before, once each. */
export function earlierCalls(row: Pick<TurnViewRow, "earlier_calls" | "partial">): ToolCall[] {
  const ofLastAttempt = keptSteps(row).flatMap((step) => step.toolCalls);
  const byId = new Map([...row.earlier_calls, ...ofLastAttempt].map((call) => [call.id, call]));
  return [...byId.values()];
}
