import type { Statement } from "./pipeline.ts";
import type { ImportedConversation, ImportedMessage } from "./types.ts";

export function insertConversations(
  userId: string,
  items: readonly (ImportedConversation & { id: string })[],
): Statement {
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

type PlacedImport = ImportedMessage & { conversationId: string; position: number };

export function insertMessages(userId: string, messages: readonly PlacedImport[]): Statement {
  return {
    name: "import-messages",
    text: `INSERT INTO messages (user_id, conversation_id, position, role, content, tool_calls, created_at)
           SELECT $1, * FROM unnest($2::uuid[], $3::integer[], $4::text[], $5::text[], $6::jsonb[], $7::timestamptz[])`,
    values: [
      userId,
      messages.map((one) => one.conversationId),
      messages.map((one) => one.position),
      messages.map((one) => one.role),
      messages.map((one) => one.content),
      messages.map((one) => one.toolCalls),
      messages.map((one) => one.createdAt),
    ],
  };
}

/** Order is the position's; a file edited by hand must not make times contradict it. Of each time the latest so far. */
export function risingTimes(): (time: string) => string {
  let latest = "";
  return (time) => {
    const iso = new Date(time).toISOString();
    latest = iso > latest ? iso : latest;
    return latest;
  };
}
