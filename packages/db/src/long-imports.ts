import { randomUUID } from "node:crypto";
import { limits } from "@holdfast/contract";
import { NotFoundError } from "./errors.ts";
import { insertMessages, risingTimes } from "./import-rows.ts";
import type { Statement } from "./pipeline.ts";
import { firstRow, type Scope } from "./scope.ts";
import type { LongImport } from "./types.ts";

/** Whoever finds the conversation before it is whole may write in it, or delete it: each part takes the next positions. */
export function importLong({ userId, connections, notices }: Scope): LongImport {
  const id = randomUUID();
  const notBefore = risingTimes();
  let exists = false;

  return {
    async append(messages) {
      await connections.transaction(
        userId,
        async (transaction) => {
          if (!exists) await transaction.query(beginStatement(userId, id));
          const row = firstRow(await transaction.query<EndRow>(lockStatement(userId, id)));
          if (!row) throw new NotFoundError("The conversation has been deleted.");
          notBefore(row.updated_at);
          const placed = messages.map((one, index) => ({
            ...one,
            conversationId: id,
            position: row.message_count + index + 1,
            createdAt: notBefore(one.createdAt),
          }));
          await transaction.query(insertMessages(userId, placed));
          await transaction.query(moveStatement(userId, id, messages.length, notBefore(row.updated_at)));
        },
        { long: true },
      );
      exists = true;
    },

    async finish({ title, createdAt, updatedAt, pinnedAt }) {
      await connections.write(userId, {
        name: "import-finish",
        text: `UPDATE conversations SET title = $3, created_at = $4, updated_at = greatest(updated_at, $5::timestamptz), pinned_at = $6
               WHERE user_id = $1 AND id = $2`,
        values: [userId, id, title, createdAt, notBefore(updatedAt), pinnedAt],
      });
      notices.publish({ type: "conversation", userId, conversationId: id, change: "created" });
    },

    async discard() {
      await connections.transaction(
        userId,
        (transaction) =>
          transaction.query({
            name: "conversation-remove",
            text: "DELETE FROM conversations WHERE user_id = $1 AND id = $2",
            values: [userId, id],
          }),
        { long: true },
      );
      notices.publish({ type: "conversation", userId, conversationId: id, change: "deleted" });
    },
  };
}

/** As if a person had named it, so that no model does so before it has its title. */
function beginStatement(userId: string, id: string): Statement {
  return {
    name: "import-begin",
    text: `INSERT INTO conversations (user_id, id, title_source, created_at, updated_at) VALUES ($1, $2, 'person', $3, $3)`,
    values: [userId, id, limits.earliestTime],
  };
}

interface EndRow {
  message_count: number;
  updated_at: string;
}

function lockStatement(userId: string, id: string): Statement {
  return {
    name: "import-lock",
    text: "SELECT message_count, updated_at FROM conversations WHERE user_id = $1 AND id = $2 FOR NO KEY UPDATE",
    values: [userId, id],
  };
}

function moveStatement(userId: string, id: string, count: number, latest: string): Statement {
  return {
    name: "import-move",
    text: `UPDATE conversations SET message_count = message_count + $3, read_position = message_count + $3, updated_at = $4
           WHERE user_id = $1 AND id = $2`,
    values: [userId, id, count, latest],
  };
}
