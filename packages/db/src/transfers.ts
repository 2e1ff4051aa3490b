import { findStatement } from "./conversations.ts";
import { NotFoundError } from "./errors.ts";
import { historyStatement } from "./messages.ts";
import { type ConversationRow, conversationSummary, type MessageRow, message } from "./rows.ts";
import { firstRow, type Scope } from "./scope.ts";
import type { ExportedConversation, UserStore } from "./types.ts";

type TransferStore = Pick<UserStore, "exportConversations" | "importConversation">;

const beginning = { created_at: "-infinity", id: "00000000-0000-0000-0000-000000000000" };

/** All that is a person's, out and in again. */
export function transferStore(scope: Scope): TransferStore {
  const { userId, connections, notices } = scope;

  /** By when they were begun: that does not change while an export goes on, and is kept by an import. */
  async function nextConversations(after: { created_at: string; id: string }): Promise<ConversationRow[]> {
    const [page] = await connections.forUser<ConversationRow>(userId, {
      name: "export-conversations",
      text: `SELECT id, title, created_at, updated_at, pinned_at FROM conversations
             WHERE user_id = $1 AND (created_at, id) > ($2::timestamptz, $3::uuid) ORDER BY created_at, id LIMIT 100`,
      values: [userId, after.created_at, after.id],
    });
    return page?.rows ?? [];
  }

  return {
    async *exportConversations() {
      for (let page = await nextConversations(beginning); page.length > 0; ) {
        for (const row of page) {
          const [history] = await connections.forUser<MessageRow>(userId, historyStatement(userId, row.id));
          yield exported(row, history?.rows ?? []);
        }
        page = await nextConversations(page.at(-1) ?? beginning);
      }
    },

    async importConversation({ title, createdAt, updatedAt, pinnedAt, messages }) {
      const times = notDecreasing(messages.map((item) => item.createdAt));
      const row = await connections.transaction(
        userId,
        async (transaction) => {
          const made = await transaction.query<{ id: string }>({
            name: "import-conversation",
            text: `INSERT INTO conversations (user_id, title, title_source, message_count, read_position, pinned_at, created_at, updated_at)
                   VALUES ($1, $2, 'person', $3, $3, $4, $5, $6) RETURNING id`,
            values: [userId, title, messages.length, pinnedAt, createdAt, updatedAt],
          });
          const id = firstRow(made)?.id ?? "";
          await transaction.query({
            name: "import-messages",
            text: `INSERT INTO messages (user_id, conversation_id, position, role, content, tool_calls, created_at)
                   SELECT $1, $2, place, role, content, tool_calls, created_at
                   FROM unnest($3::text[], $4::text[], $5::jsonb[], $6::timestamptz[])
                     WITH ORDINALITY AS item (role, content, tool_calls, created_at, place)`,
            values: [
              userId,
              id,
              messages.map((item) => item.role),
              messages.map((item) => item.content),
              messages.map((item) => (item.toolCalls ? JSON.stringify(item.toolCalls) : null)),
              times,
            ],
          });
          return firstRow(await transaction.query<ConversationRow>(findStatement(userId, id)));
        },
        { long: true },
      );
      if (!row) throw new NotFoundError("There is no such user.");
      notices.publish({ type: "conversation", userId, conversationId: row.id, change: "created" });
      return conversationSummary(row);
    },
  };
}

function exported(row: ConversationRow, messages: MessageRow[]): ExportedConversation {
  return {
    id: row.id,
    title: row.title,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    pinnedAt: row.pinned_at,
    messages: messages.map(message),
  };
}

/** Order is the position's; a file edited by hand must not make times contradict it. */
function notDecreasing(times: readonly string[]): string[] {
  let latest = "";
  return times.map((time) => {
    const iso = new Date(time).toISOString();
    latest = iso > latest ? iso : latest;
    return latest;
  });
}
