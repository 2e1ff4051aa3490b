import type { TurnView } from "@holdfast/contract";
import type { QueryResult } from "pg";
import type { Statement } from "./pipeline.ts";
import { openTurnColumns, type TurnViewRow, turnView } from "./turn-rows.ts";

/** The turn that a conversation ends with, if it is one that has stored no answer: it runs, or can be tried again. */
export function openTurnIn(last: QueryResult<TurnViewRow> | undefined): TurnView | null {
  const row = last?.rows[0];
  const isOpen = row?.status === "running" || row?.status === "failed" || row?.status === "interrupted";
  return isOpen ? turnView(row) : null;
}

export function lastTurnStatement(userId: string, conversationId: string): Statement {
  return {
    name: "turn-last",
    text: `SELECT ${openTurnColumns} FROM (
             SELECT * FROM turns WHERE user_id = $1 AND conversation_id = $2
             ORDER BY first_position DESC, started_at DESC LIMIT 1
           ) t`,
    values: [userId, conversationId],
  };
}
