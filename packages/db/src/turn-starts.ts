import { turnConversationId } from "@holdfast/contract";
import type { Transaction } from "./connections.ts";
import { TurnConflictError, TurnRunningError } from "./errors.ts";
import type { Statement } from "./pipeline.ts";
import { firstRow, missingConversation, type Scope } from "./scope.ts";
import { earlierCalls, type TurnViewRow, turnView, turnViewColumns } from "./turn-rows.ts";
import { turnStatement } from "./turns.ts";
import type { StartedTurn, StartTurn } from "./types.ts";

/** Begins a turn, or finds what became of it. The common case is one statement. */
export async function startTurn(scope: Scope, input: StartTurn): Promise<StartedTurn> {
  const { userId, connections } = scope;
  const conversationId = input.conversationId ?? turnConversationId(userId, input.turnId);
  const statement = input.conversationId
    ? startStatement(userId, conversationId, input)
    : firstStatement(userId, conversationId, input);
  const [begun] = await connections.write<TurnViewRow>(userId, statement);
  const row = firstRow(begun);
  if (!row) return repeatTurn(scope, input, conversationId);
  const conversationCreated = input.conversationId === undefined;
  tell(scope, row, conversationCreated);
  return { started: true, conversationCreated, turn: turnView(row), earlierCalls: [] };
}

/** The turn exists, or its conversation cannot take it. */
async function repeatTurn(scope: Scope, input: StartTurn, conversationId: string): Promise<StartedTurn> {
  const { userId, connections } = scope;
  const repeated = await connections.transaction(userId, async (transaction) => {
    // Whoever starts or ends a turn takes its conversation first: what is read below stays true until the commit.
    const locked = await transaction.query(lockStatement(userId, conversationId));
    const existing = firstRow(await transaction.query<TurnViewRow>(turnStatement(userId, input.turnId)));
    if (!existing) {
      if (!locked.rowCount) return null;
      throw new TurnRunningError("A turn is running in this conversation.");
    }
    if (existing.prompt !== input.prompt || existing.conversation_id !== conversationId) {
      throw new TurnConflictError("This turn was sent with another text or to another conversation.");
    }
    if (existing.status !== "failed" && existing.status !== "interrupted") {
      return { started: false, row: existing };
    }
    return { started: true, row: await runAgain(transaction, userId, input, existing) };
  });
  if (!repeated) throw await missingConversation(scope, conversationId);
  const { started, row } = repeated;
  if (started) tell(scope, row, false);
  return { started, conversationCreated: false, turn: turnView(row), earlierCalls: row.earlier_calls };
}

async function runAgain(
  transaction: Transaction,
  userId: string,
  input: StartTurn,
  ended: TurnViewRow,
): Promise<TurnViewRow> {
  const again = await transaction.query<TurnViewRow>({
    name: "turn-again",
    text: `WITH moved AS (
             UPDATE conversations SET updated_at = greatest(updated_at, statement_timestamp())
             WHERE user_id = $1 AND id = $3
               AND NOT EXISTS (SELECT FROM turns WHERE user_id = $1 AND conversation_id = $3 AND status = 'running')
             RETURNING message_count
           ), t AS (
             UPDATE turns SET status = 'running', model = $4, runner = $5, earlier_calls = $6, partial = '[]', error = NULL,
               usage = NULL, cut = false, stop_requested = false, first_position = moved.message_count + 1,
               last_position = NULL, started_at = statement_timestamp(), ended_at = NULL
             FROM moved WHERE user_id = $1 AND id = $2 RETURNING turns.*
           ) SELECT ${turnViewColumns} FROM t`,
    values: [
      userId,
      input.turnId,
      ended.conversation_id,
      input.model,
      input.runner,
      JSON.stringify(earlierCalls(ended)),
    ],
  });
  const row = firstRow(again);
  if (!row) throw new TurnRunningError("A turn is running in this conversation.");
  return row;
}

/** Inserts nothing where the turn exists, the conversation does not, or another turn runs in it: of two at once the index decides. */
export function startStatement(userId: string, conversationId: string, input: StartTurn): Statement {
  return {
    name: "turn-start",
    text: `WITH moved AS (
             UPDATE conversations SET updated_at = greatest(updated_at, statement_timestamp())
             WHERE user_id = $1 AND id = $2
               AND NOT EXISTS (SELECT FROM turns WHERE user_id = $1 AND conversation_id = $2 AND status = 'running')
               AND NOT EXISTS (SELECT FROM turns WHERE user_id = $1 AND id = $3)
             RETURNING message_count
           ), t AS (
             INSERT INTO turns (user_id, conversation_id, id, status, prompt, model, runner, first_position)
             SELECT $1, $2, $3, 'running', $4, $5, $6, message_count + 1 FROM moved
             ON CONFLICT DO NOTHING RETURNING *
           ) SELECT ${turnViewColumns} FROM t`,
    values: [userId, conversationId, input.turnId, input.prompt, input.model, input.runner],
  };
}

/** Two at once of the same turn derive the same conversation: the second waits, then inserts nothing. */
export function firstStatement(userId: string, conversationId: string, input: StartTurn): Statement {
  return {
    name: "turn-start-first",
    text: `WITH made AS (
             INSERT INTO conversations (user_id, id, title, title_source)
             SELECT $1, $2, $7, 'prompt' WHERE NOT EXISTS (SELECT FROM turns WHERE user_id = $1 AND id = $3)
             ON CONFLICT DO NOTHING RETURNING id
           ), t AS (
             INSERT INTO turns (user_id, conversation_id, id, status, prompt, model, runner, first_position)
             SELECT $1, made.id, $3, 'running', $4, $5, $6, 1 FROM made
             ON CONFLICT DO NOTHING RETURNING *
           ) SELECT ${turnViewColumns} FROM t`,
    values: [userId, conversationId, input.turnId, input.prompt, input.model, input.runner, input.title],
  };
}

function lockStatement(userId: string, conversationId: string): Statement {
  return {
    name: "conversation-lock",
    text: "SELECT FROM conversations WHERE user_id = $1 AND id = $2 FOR NO KEY UPDATE",
    values: [userId, conversationId],
  };
}

function tell(scope: Scope, row: TurnViewRow, conversationCreated: boolean): void {
  const { userId, notices } = scope;
  const conversationId = row.conversation_id;
  notices.publish({
    type: "conversation",
    userId,
    conversationId,
    change: conversationCreated ? "created" : "updated",
  });
  notices.publish({ type: "turn-started", userId, conversationId, turnId: row.id, status: "running" });
}
