import { isBlank, toStorableJson, turnMessageId } from "@holdfast/contract";
import type { Connections } from "./connections.ts";
import type { Notices } from "./notices.ts";
import type { Statement } from "./pipeline.ts";
import { storableAnswer, storableCalls } from "./storable.ts";
import { eventsOf } from "./turn-rows.ts";
import type { StoredStep, TurnEnd } from "./types.ts";

type StoredEnd = Extract<TurnEnd, { cut: boolean }>;

interface RunnersTurn {
  userId: string;
  turnId: string;
  runner: number;
}

/** The end of a turn: all of it or nothing, in one round trip. False where the turn is not this runner's any more. */
export async function finishTurn(
  connections: Connections,
  notices: Notices,
  turn: RunnersTurn,
  end: TurnEnd,
): Promise<boolean> {
  const { userId, turnId } = turn;
  const steps = end.steps.map(storableStep).filter((step) => !isBlank(step.content) || step.toolCalls.length > 0);
  const [, ended] = await connections.write<{ conversation_id: string }>(
    userId,
    // Whoever starts or ends a turn takes its conversation first, in a statement of its own: the next one begins, and
    // so sees, after whoever had it has committed.
    lockTurnStatement(userId, turnId),
    endsStored(end) ? storeStatement(turn, end, steps) : discardStatement(turn, end, steps),
    forgetChunksStatement(userId, turnId),
  );
  const conversationId = ended?.rows[0]?.conversation_id;
  if (!conversationId) return false;
  notices.publish({ type: "turn-ended", userId, conversationId, turnId, status: end.status });
  if (endsStored(end)) notices.publish({ type: "conversation", userId, conversationId, change: "updated" });
  return true;
}

function endsStored(end: TurnEnd): end is StoredEnd {
  return end.status === "completed" || end.status === "stopped";
}

export function lockTurnStatement(userId: string, turnId: string): Statement {
  return {
    name: "turn-lock",
    text: `SELECT FROM conversations WHERE user_id = $1
             AND id = (SELECT conversation_id FROM turns WHERE user_id = $1 AND id = $2) FOR NO KEY UPDATE`,
    values: [userId, turnId],
  };
}

/** No row of the turn that runs here: nothing is moved, stored or deleted. */
export function storeStatement(
  { userId, turnId, runner }: RunnersTurn,
  end: StoredEnd,
  steps: StoredStep[],
): Statement {
  return {
    name: "turn-store",
    text: `WITH turn AS (
             SELECT conversation_id, prompt FROM turns
             WHERE user_id = $1 AND id = $2 AND status = 'running' AND runner = $3
           ), moved AS (
             UPDATE conversations c SET message_count = c.message_count + 1 + cardinality($7::uuid[]),
               updated_at = greatest(c.updated_at, statement_timestamp())
             FROM turn WHERE c.user_id = $1 AND c.id = turn.conversation_id
             RETURNING c.id, turn.prompt, c.updated_at, c.message_count AS last, c.message_count - cardinality($7::uuid[]) AS first
           ), stored AS (
             INSERT INTO messages (user_id, id, conversation_id, position, role, content, tool_calls, created_at)
             SELECT $1, $10::uuid, id, first, 'user', prompt, NULL, updated_at FROM moved
             UNION ALL
             SELECT $1, step.id, moved.id, moved.first + step.place, 'assistant', step.content, step.tool_calls, moved.updated_at
             FROM moved, unnest($7::uuid[], $8::text[], $9::jsonb[]) WITH ORDINALITY AS step (id, content, tool_calls, place)
           )
           UPDATE turns SET status = $4, usage = $5, cut = $6, first_position = moved.first, last_position = moved.last,
             ended_at = statement_timestamp(), partial = '[]'
           FROM moved WHERE turns.user_id = $1 AND turns.id = $2 RETURNING turns.conversation_id`,
    values: [
      userId,
      turnId,
      runner,
      end.status,
      end.usage && JSON.stringify(end.usage),
      end.cut,
      steps.map((_, index) => turnMessageId(turnId, index + 1)),
      steps.map((step) => step.content),
      steps.map((step) => (step.toolCalls.length > 0 ? JSON.stringify(step.toolCalls) : null)),
      turnMessageId(turnId, 0),
    ],
  };
}

export function discardStatement(
  { userId, turnId, runner }: RunnersTurn,
  end: Exclude<TurnEnd, StoredEnd>,
  steps: StoredStep[],
): Statement {
  return {
    name: "turn-discard",
    text: `UPDATE turns SET status = $4, error = $5, usage = $6, partial = $7, ended_at = statement_timestamp()
           WHERE user_id = $1 AND id = $2 AND status = 'running' AND runner = $3 RETURNING conversation_id`,
    values: [
      userId,
      turnId,
      runner,
      end.status,
      JSON.stringify(toStorableJson({ ...end.failure })),
      end.usage && JSON.stringify(end.usage),
      JSON.stringify(eventsOf(steps)),
    ],
  };
}

/** A statement of its own, after the one that waited for chunks on their way: only so does it see them. */
export function forgetChunksStatement(userId: string, turnId: string): Statement {
  return {
    name: "turn-forget-chunks",
    text: `DELETE FROM turn_chunks WHERE user_id = $1 AND turn_id = $2
             AND NOT EXISTS (SELECT FROM turns WHERE user_id = $1 AND id = $2 AND status = 'running')`,
    values: [userId, turnId],
  };
}

function storableStep({ content, toolCalls }: StoredStep): StoredStep {
  return { content: storableAnswer(content), toolCalls: storableCalls(toolCalls) ?? [] };
}
