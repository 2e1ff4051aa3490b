import { randomUUID } from "node:crypto";
import { historyStatement } from "./messages.ts";
import type { Statement } from "./pipeline.ts";
import { type ConversationRow, type MessageRow, message } from "./rows.ts";
import type { Scope } from "./scope.ts";
import type { ExportedConversation, UserStore } from "./types.ts";

type TransferStore = Pick<UserStore, "exportConversations" | "importConversations">;

const beginning = { created_at: "-infinity", id: "00000000-0000-0000-0000-000000000000" };

/** All that is a person's, out and in again. */
export function transferStore(scope: Scope): TransferStore {
  const { userId, connections, notices } = scope;

  /** By when they were begun: that does not change while an export goes on, and is kept by an import. */
  async function nextConversations(after: { created_at: string; id: string }): Promise<ConversationRow[]> {
    const [page] = await connections.read<ConversationRow>(userId, {
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
          const [history] = await connections.read<MessageRow>(userId, historyStatement(userId, row.id));
          yield exported(row, history?.rows ?? []);
        }
        page = await nextConversations(page.at(-1) ?? beginning);
      }
    },

    async importConversations(conversations) {
      const items = conversations.map((conversation) => ({ ...inOrder(conversation), id: randomUUID() }));
      await connections.transaction(
        userId,
        async (transaction) => {
          await transaction.query(insertConversations(userId, items));
          await transaction.query(insertMessages(userId, items));
        },
        { long: true },
      );
      for (const { id } of items)
        notices.publish({ type: "conversation", userId, conversationId: id, change: "created" });
    },
  };
}

function insertConversations(userId: string, items: readonly ExportedConversation[]): Statement {
  return {
    name: "import-conversations",
    text: `INSERT INTO conversations (user_id, id, title, title_source, message_count, read_position, pinned_at, created_at, updated_at)
           SELECT $1, id, title, 'person', count, count, pinned_at, created_at, updated_at
           FROM unnest($2::uuid[], $3::text[], $4::integer[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[])
             AS item (id, title, count, pinned_at, created_at, updated_at)`,
    values: [
      userId,
      items.map((item) => item.id),
      items.map((item) => item.title),
      items.map((item) => item.messages.length),
      items.map((item) => item.pinnedAt),
      items.map((item) => item.createdAt),
      items.map((item) => item.updatedAt),
    ],
  };
}

function insertMessages(userId: string, items: readonly ExportedConversation[]): Statement {
  const messages = items.flatMap((item) =>
    item.messages.map((one, index) => ({ ...one, conversationId: item.id, index })),
  );
  return {
    name: "import-messages",
    text: `INSERT INTO messages (user_id, conversation_id, position, role, content, tool_calls, created_at)
           SELECT $1, * FROM unnest($2::uuid[], $3::integer[], $4::text[], $5::text[], $6::jsonb[], $7::timestamptz[])`,
    values: [
      userId,
      messages.map((one) => one.conversationId),
      messages.map((one) => one.index + 1),
      messages.map((one) => one.role),
      messages.map((one) => one.content),
      messages.map((one) => (one.toolCalls ? JSON.stringify(one.toolCalls) : null)),
      messages.map((one) => one.createdAt),
    ],
  };
}

function exported(row: ConversationRow, messages: MessageRow[]): ExportedConversation {
  return {
    id: row.id,
    title: row.title,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    pinnedAt: row.pinned_at,
    messages: messages.map((one) => message(one, row.id)),
  };
}

/**
 * Order is the position's; a file edited by hand must not make times contradict it. The conversation's own time is no
 * earlier than its last message's, for the next message takes the later one of that and the present.
 */
function inOrder(conversation: ExportedConversation): ExportedConversation {
  let latest = "";
  function notBefore(time: string): string {
    const iso = new Date(time).toISOString();
    latest = iso > latest ? iso : latest;
    return latest;
  }
  const messages = conversation.messages.map((one) => ({ ...one, createdAt: notBefore(one.createdAt) }));
  return { ...conversation, messages, updatedAt: notBefore(conversation.updatedAt) };
}
