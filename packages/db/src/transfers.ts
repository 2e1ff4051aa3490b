import { randomUUID } from "node:crypto";
import type { Message } from "@holdfast/contract";
import { insertConversations, insertMessages, risingTimes } from "./import-rows.ts";
import { importLong } from "./long-imports.ts";
import { type HistoryRow, historyJson, historyStatement } from "./messages.ts";
import type { ConversationRow } from "./rows.ts";
import type { Scope } from "./scope.ts";
import type { ExportedConversation, ImportedConversation, UserStore } from "./types.ts";

type TransferStore = Pick<UserStore, "exportConversations" | "importConversations" | "importLongConversation">;

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
          const [history] = await connections.read<HistoryRow>(userId, historyStatement(userId, row.id));
          yield exported(row, historyJson(history?.rows ?? []).parse());
        }
        page = await nextConversations(page.at(-1) ?? beginning);
      }
    },

    async importConversations(conversations) {
      const items = conversations.map((conversation) => ({ ...inOrder(conversation), id: randomUUID() }));
      const messages = items.flatMap((item) =>
        item.messages.map((one, index) => ({ ...one, conversationId: item.id, position: index + 1 })),
      );
      await connections.transaction(
        userId,
        async (transaction) => {
          await transaction.query(insertConversations(userId, items));
          await transaction.query(insertMessages(userId, messages));
        },
        { long: true },
      );
      for (const { id } of items)
        notices.publish({ type: "conversation", userId, conversationId: id, change: "created" });
    },

    importLongConversation() {
      return importLong(scope);
    },
  };
}

function exported(row: ConversationRow, messages: Message[]): ExportedConversation {
  return {
    id: row.id,
    title: row.title,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    pinnedAt: row.pinned_at,
    messages,
  };
}

/** The conversation's own time is no earlier than its last message's, for the next message takes the later one of that and the present. */
function inOrder(conversation: ImportedConversation): ImportedConversation {
  const notBefore = risingTimes();
  const messages = conversation.messages.map((one) => ({ ...one, createdAt: notBefore(one.createdAt) }));
  return { ...conversation, messages, updatedAt: notBefore(conversation.updatedAt) };
}
