import { limits, type Message, type PlacedMessage } from "@holdfast/contract";
import { findStatement } from "./conversations.ts";
import { NotFoundError, TurnRunningError } from "./errors.ts";
import { JsonText } from "./json-text.ts";
import { messagePages } from "./message-pages.ts";
import type { Statement } from "./pipeline.ts";
import { messageJson, type PlacedRow, placedColumns, placedMessage } from "./rows.ts";
import { firstRow, missingConversation, type Scope } from "./scope.ts";
import type { UserStore } from "./types.ts";

type MessageStore = Pick<
  UserStore,
  "addMessage" | "getChatHistory" | "chatHistoryJson" | "pageOfMessages" | "recentHistory" | "findMessage"
>;

const historyChunk = 64;
const messagesInARow = 128;

export function messageStore(scope: Scope): MessageStore {
  const { userId, connections, notices } = scope;

  async function historyOf(conversationId: string): Promise<JsonText<Message[]>> {
    const [history] = await connections.read<HistoryRow>(userId, historyStatement(userId, conversationId));
    const rows = history?.rows ?? [];
    if (rows.length === 0) await assertExists(scope, conversationId);
    return historyJson(rows);
  }

  return {
    pageOfMessages: messagePages(scope),

    async addMessage(conversationId, role, content, toolCalls = null) {
      const calls = toolCalls?.length ? JSON.stringify(toolCalls) : null;
      const [result] = await connections.write<Omit<PlacedRow, "role" | "content">>(
        userId,
        appendStatement(userId, conversationId, role, content, calls),
      );
      const row = firstRow(result);
      if (!row) throw await refusal(scope, conversationId);
      notices.publish({ type: "conversation", userId, conversationId, change: "updated" });
      return placedMessage({ ...row, role, content }, conversationId);
    },

    async getChatHistory(conversationId) {
      return (await historyOf(conversationId)).parse();
    },

    chatHistoryJson: historyOf,

    async recentHistory(conversationId, characters) {
      const newestFirst: PlacedMessage[] = [];
      let left = characters;
      let before: number = limits.position;
      while (true) {
        const [result] = await connections.read<PlacedRow>(
          userId,
          newestStatement(userId, conversationId, before, historyChunk),
        );
        const page = (result?.rows ?? []).map((row) => placedMessage(row, conversationId));
        for (const item of page) {
          left -= charactersOf(item);
          if (left < 0) return newestFirst.reverse();
          newestFirst.push(item);
        }
        before = page.at(-1)?.position ?? 0;
        if (page.length < historyChunk) break;
      }
      if (newestFirst.length === 0) await assertExists(scope, conversationId);
      return newestFirst.reverse();
    },

    async findMessage(id) {
      const [result] = await connections.read<FoundRow>(userId, messageStatement(userId, id));
      const row = firstRow(result);
      if (!row) throw new NotFoundError("There is no such message.");
      return placedMessage(row, row.conversation_id);
    },
  };
}

/**
 * Moves the conversation to the top, takes the next position from it and inserts, in one statement. Concurrent writers
 * queue for the conversation's row; `updated_at` never goes back, so `created_at` never decreases with the position.
 * A turn that begins in the same moment is not seen: its messages then come after, for a turn's positions are given at its end.
 */
export function appendStatement(
  userId: string,
  conversationId: string,
  role: string,
  content: string,
  toolCalls: string | null,
): Statement {
  return {
    name: "message-append",
    text: `WITH moved AS (
             UPDATE conversations SET message_count = message_count + 1, updated_at = greatest(updated_at, statement_timestamp())
             WHERE user_id = $1 AND id = $2
               AND NOT EXISTS (SELECT FROM turns WHERE user_id = $1 AND conversation_id = $2 AND status = 'running')
             RETURNING message_count, updated_at
           )
           INSERT INTO messages (user_id, conversation_id, position, role, content, tool_calls, created_at)
           SELECT $1, $2, moved.message_count, $3, $4, $5, moved.updated_at FROM moved
           RETURNING id, position, tool_calls, created_at`,
    values: [userId, conversationId, role, content, toolCalls],
  };
}

export interface HistoryRow {
  /** No message of the row is before this position. */
  first: number;
  /** Messages with commas between them, in order. */
  json: string;
}

/**
 * Many messages in a row, for each row costs; not all in one, which PostgreSQL would gather in its memory. It would do that to sort
 * the rows, too: see `historyJson`.
 */
export function historyStatement(userId: string, conversationId: string): Statement {
  return {
    name: "message-history",
    text: `SELECT first, part.json FROM generate_series(
             1, (SELECT max(position) FROM messages WHERE user_id = $1 AND conversation_id = $2), ${messagesInARow}
           ) AS first, LATERAL (
             SELECT string_agg(one.json, ',') AS json FROM (
               SELECT ${messageJson} AS json FROM messages m
               WHERE m.user_id = $1 AND m.conversation_id = $2 AND m.position >= first AND m.position < first + ${messagesInARow}
               ORDER BY m.position
             ) one
           ) part
           WHERE part.json IS NOT NULL`,
    values: [userId, conversationId],
  };
}

export function newestStatement(userId: string, conversationId: string, before: number, limit: number): Statement {
  return {
    name: "message-newest",
    text: `SELECT ${placedColumns} FROM messages
           WHERE user_id = $1 AND conversation_id = $2 AND position < $3 ORDER BY position DESC LIMIT $4`,
    values: [userId, conversationId, before, limit],
  };
}

export interface FoundRow extends PlacedRow {
  conversation_id: string;
}

export function messageStatement(userId: string, id: string): Statement {
  return {
    name: "message-find",
    text: `SELECT ${placedColumns}, conversation_id FROM messages WHERE user_id = $1 AND id = $2`,
    values: [userId, id],
  };
}

export function historyJson(rows: HistoryRow[]): JsonText<Message[]> {
  const inOrder = rows.toSorted((a, b) => a.first - b.first);
  return new JsonText(`[${inOrder.map((row) => row.json).join(",")}]`);
}

export async function assertExists(scope: Scope, conversationId: string): Promise<void> {
  const [found] = await scope.connections.read(scope.userId, findStatement(scope.userId, conversationId));
  if (!firstRow(found)) throw await missingConversation(scope, conversationId);
}

/** Why nothing was appended. */
async function refusal(scope: Scope, conversationId: string): Promise<Error> {
  const [found] = await scope.connections.read(scope.userId, findStatement(scope.userId, conversationId));
  return firstRow(found)
    ? new TurnRunningError("A turn is running in this conversation.")
    : missingConversation(scope, conversationId);
}

function charactersOf({ content, toolCalls }: Message): number {
  return content.length + (toolCalls ? JSON.stringify(toolCalls).length : 0);
}
