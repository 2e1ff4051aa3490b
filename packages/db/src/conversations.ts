import { type ConversationSummary, defaultTitle } from "@holdfast/contract";
import type { Transaction } from "./connections.ts";
import { conversationCursor, parseConversationCursor } from "./cursors.ts";
import { NotFoundError } from "./errors.ts";
import { JsonText, jsonObject } from "./json-text.ts";
import type { Statement } from "./pipeline.ts";
import { type ConversationRow, conversationColumns, conversationJson, conversationSummary } from "./rows.ts";
import { firstRow, missingConversation, type Scope } from "./scope.ts";
import type { ConversationList, ListPage, UserStore } from "./types.ts";

type ConversationStore = Pick<
  UserStore,
  | "getOrCreateConversation"
  | "createConversation"
  | "findConversation"
  | "listConversations"
  | "conversationListJson"
  | "listPinned"
  | "renameConversation"
  | "updateConversation"
  | "removeConversation"
  | "forkConversation"
>;

export function conversationStore(scope: Scope): ConversationStore {
  const { userId, connections, notices } = scope;

  async function find(id: string): Promise<ConversationRow> {
    const [result] = await connections.read<ConversationRow>(userId, findStatement(userId, id));
    const row = firstRow(result);
    if (!row) throw await missingConversation(scope, id);
    return row;
  }

  function tell(conversationId: string, change: "created" | "updated" | "deleted"): void {
    notices.publish({ type: "conversation", userId, conversationId, change });
  }

  async function listOf({ limit, cursor }: ListPage): Promise<JsonText<ConversationList>> {
    const after = cursor === undefined ? null : parseConversationCursor(cursor);
    const [result] = await connections.read<ListRow>(userId, listStatement(userId, limit, after));
    const list = firstRow(result);
    const last = list?.last_time && list.last_id ? { updatedAt: list.last_time, id: list.last_id } : null;
    return jsonObject<ConversationList>({
      conversations: new JsonText(`[${list?.json ?? ""}]`),
      nextCursor: list?.goes_on && last ? conversationCursor(last) : null,
    });
  }

  return {
    async getOrCreateConversation() {
      const [latest] = await connections.read<ConversationRow>(userId, latestConversation(userId));
      const found = firstRow(latest);
      if (found) return conversationSummary(found);
      const made = await connections.transaction(userId, (transaction) => latestOrNew(userId, transaction));
      if (made.created) tell(made.conversation.id, "created");
      return made.conversation;
    },

    async createConversation({ title, model = null } = {}) {
      const [result] = await connections.write<ConversationRow>(
        userId,
        insertConversation(userId, title ?? defaultTitle, title ? "person" : "default", model),
      );
      const row = firstRow(result);
      if (!row) throw new NotFoundError("There is no such user.");
      tell(row.id, "created");
      return conversationSummary(row);
    },

    async findConversation(id) {
      return conversationSummary(await find(id));
    },

    async listConversations(page) {
      return (await listOf(page)).parse();
    },

    conversationListJson: listOf,

    async listPinned() {
      const [result] = await connections.read<ConversationRow>(userId, {
        name: "conversations-pinned",
        text: `SELECT ${conversationColumns} FROM conversations c
               WHERE c.user_id = $1 AND c.pinned_at IS NOT NULL ORDER BY c.pinned_at DESC LIMIT 100`,
        values: [userId],
      });
      return (result?.rows ?? []).map(conversationSummary);
    },

    async renameConversation(id, title, by = "person") {
      const [result] = await connections.write(userId, {
        name: "conversation-rename",
        text: `UPDATE conversations SET title = $3, title_source = $4
               WHERE user_id = $1 AND id = $2 AND ($4 = 'person' OR title_source <> 'person')`,
        values: [userId, id, title, by],
      });
      const changed = (result?.rowCount ?? 0) > 0;
      if (changed) tell(id, "updated");
      else await find(id);
      return changed;
    },

    async updateConversation(id, { pinned, model, readPosition }) {
      const [result] = await connections.write<ConversationRow>(userId, {
        name: "conversation-update",
        text: `WITH c AS (
                 UPDATE conversations SET
                   pinned_at = CASE WHEN $3::boolean IS NULL THEN pinned_at WHEN NOT $3 THEN NULL ELSE coalesce(pinned_at, statement_timestamp()) END,
                   model = CASE WHEN $4 THEN $5 ELSE model END,
                   read_position = greatest(read_position, least($6::int, message_count))
                 WHERE user_id = $1 AND id = $2 RETURNING *
               ) SELECT ${conversationColumns} FROM c`,
        values: [userId, id, pinned ?? null, model !== undefined, model ?? null, readPosition ?? null],
      });
      const row = firstRow(result);
      if (!row) throw await missingConversation(scope, id);
      tell(id, "updated");
      return conversationSummary(row);
    },

    async removeConversation(id) {
      const [result] = await connections.write(userId, {
        name: "conversation-remove",
        text: "DELETE FROM conversations WHERE user_id = $1 AND id = $2",
        values: [userId, id],
      });
      if (!result?.rowCount) throw await missingConversation(scope, id);
      tell(id, "deleted");
    },

    async forkConversation(id, position) {
      const fork = await connections.transaction(
        userId,
        (transaction) => copyBefore(scope, transaction, id, position),
        {
          long: true,
        },
      );
      tell(fork.id, "created");
      return fork;
    },
  };
}

export function findStatement(userId: string, id: string): Statement {
  return {
    name: "conversation-find",
    text: `SELECT ${conversationColumns} FROM conversations c WHERE c.user_id = $1 AND c.id = $2`,
    values: [userId, id],
  };
}

export interface ListRow {
  /** Conversations with commas between them, in order; null where there are none. */
  json: string | null;
  /** Of the page's last, where it is full. */
  last_time: string | null;
  last_id: string | null;
  goes_on: boolean;
}

/** Keyset pages, so that conversations which move in between do no harm. One row, of one more conversation than is shown. */
export function listStatement(
  userId: string,
  limit: number,
  after: { updatedAt: string; id: string } | null,
): Statement {
  const page = (where: string) => `
    SELECT string_agg(c.json, ',' ORDER BY c.place) FILTER (WHERE c.place <= $2) AS json,
      max(c.updated_at) FILTER (WHERE c.place = $2) AS last_time, max(c.id::text) FILTER (WHERE c.place = $2) AS last_id,
      count(*) > $2 AS goes_on
    FROM (
      SELECT c.place, c.id, c.updated_at, ${conversationJson} AS json FROM (
        SELECT ${conversationColumns}, row_number() OVER (ORDER BY c.updated_at DESC, c.id DESC) AS place
        FROM conversations c WHERE c.user_id = $1 ${where} ORDER BY c.updated_at DESC, c.id DESC LIMIT $2 + 1
      ) c
    ) c`;
  return after
    ? {
        name: "conversations-after",
        text: page("AND (c.updated_at, c.id) < ($3::timestamptz, $4::uuid)"),
        values: [userId, limit, after.updatedAt, after.id],
      }
    : { name: "conversations-first", text: page(""), values: [userId, limit] };
}

export function insertConversation(
  userId: string,
  title: string,
  titleSource: "default" | "person",
  model: string | null,
): Statement {
  return {
    name: "conversation-create",
    text: `WITH c AS (
             INSERT INTO conversations (user_id, title, title_source, model) VALUES ($1, $2, $3, $4) RETURNING *
           ) SELECT ${conversationColumns} FROM c`,
    values: [userId, title, titleSource, model],
  };
}

function latestConversation(userId: string): Statement {
  return {
    name: "conversation-latest",
    text: `SELECT ${conversationColumns} FROM conversations c
           WHERE c.user_id = $1 ORDER BY c.updated_at DESC, c.id DESC LIMIT 1`,
    values: [userId],
  };
}

async function latestOrNew(
  userId: string,
  transaction: Transaction,
): Promise<{ conversation: ConversationSummary; created: boolean }> {
  // A statement of its own: the one that looks must begin, and so see, after whoever had the lock has committed.
  await transaction.query({
    name: "conversation-lock-first",
    text: "SELECT pg_advisory_xact_lock(hashtextextended('first conversation of ' || $1, 0))",
    values: [userId],
  });
  const latest = firstRow(await transaction.query<ConversationRow>(latestConversation(userId)));
  if (latest) return { conversation: conversationSummary(latest), created: false };
  const row = firstRow(
    await transaction.query<ConversationRow>(insertConversation(userId, defaultTitle, "default", null)),
  );
  if (!row) throw new NotFoundError("There is no such user.");
  return { conversation: conversationSummary(row), created: true };
}

async function copyBefore(
  scope: Scope,
  transaction: Transaction,
  id: string,
  position: number,
): Promise<ConversationSummary> {
  const { userId } = scope;
  const copied = await transaction.query<{ id: string; message_count: number }>({
    name: "conversation-fork",
    text: `INSERT INTO conversations (user_id, title, title_source, model, forked_from, message_count, read_position)
           SELECT user_id, title, title_source, model, id, before.count, before.count
           FROM conversations, LATERAL (SELECT least(message_count, greatest($3::int - 1, 0)) AS count) before
           WHERE user_id = $1 AND id = $2 RETURNING id, message_count`,
    values: [userId, id, position],
  });
  const fork = firstRow(copied);
  if (!fork) throw await missingConversation(scope, id);
  // Up to what was counted: this statement sees messages that came in between.
  await transaction.query({
    name: "conversation-fork-messages",
    text: `INSERT INTO messages (user_id, conversation_id, position, role, content, tool_calls, created_at)
           SELECT user_id, $4, position, role, content, tool_calls, created_at FROM messages
           WHERE user_id = $1 AND conversation_id = $2 AND position <= $3`,
    values: [userId, id, fork.message_count, fork.id],
  });
  const row = firstRow(await transaction.query<ConversationRow>(findStatement(userId, fork.id)));
  if (!row) throw new NotFoundError("There is no such conversation.");
  return conversationSummary(row);
}
