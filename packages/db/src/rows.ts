import type { ConversationSummary, Message, PlacedMessage, Role, ToolCall } from "@holdfast/contract";
import { types } from "pg";

const timestamptz = 1184;

/** Times leave as ISO strings without a detour through `Date`. */
export const typeParsers = {
  getTypeParser(oid: number, format?: "text" | "binary") {
    return oid === timestamptz && format !== "binary" ? isoTime : types.getTypeParser(oid, format);
  },
};

/** From PostgreSQL's `2026-01-31 09:26:53.589+00` to `2026-01-31T09:26:53.589Z`. */
export function isoTime(text: string): string {
  const isUtc = text.endsWith("+00");
  if (!isUtc || text.length < 22 || text.length > 26) return fromAnyZone(text);
  const milliseconds = text.length === 22 ? "000" : text.slice(20, -3).padEnd(3, "0");
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${milliseconds}Z`;
}

function fromAnyZone(text: string): string {
  return new Date(text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00")).toISOString();
}

/** Of a conversation that is known: what is the same in every row is not read with each. */
export interface MessageRow {
  id: string;
  role: Role;
  content: string;
  tool_calls: ToolCall[] | null;
  created_at: string;
}

export interface PlacedRow extends MessageRow {
  position: number;
}

export const messageColumns = "id, role, content, tool_calls, created_at";
export const placedColumns = `${messageColumns}, position`;

export function placedMessage(row: PlacedRow, conversationId: string): PlacedMessage {
  return { ...message(row, conversationId), position: row.position };
}

export function message(row: MessageRow, conversationId: string): Message {
  return {
    id: row.id,
    conversationId,
    role: row.role,
    content: row.content,
    toolCalls: row.tool_calls,
    createdAt: row.created_at,
  };
}

/**
 * What `message` makes of a row of `messages m`, as JSON. Made of pieces: of a thousand messages, with 1.8 ms, that costs PostgreSQL half
 * of `json_agg` of rows and a third of `json_build_object`; reading and writing their fields here would be three times as much.
 */
export const messageJson = `'{"id":"' || m.id || '","conversationId":"' || m.conversation_id || '","role":"' || m.role
  || '","content":' || to_json(m.content)::text || ',"toolCalls":' || coalesce(m.tool_calls::text, 'null')
  || ',"createdAt":"' || ${isoText("m.created_at")} || '"}'`;

/** As `isoTime` has it. */
function isoText(column: string): string {
  return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

export interface ConversationRow {
  id: string;
  title: string;
  model: string | null;
  message_count: number;
  read_position: number;
  pinned_at: string | null;
  forked_from: string | null;
  created_at: string;
  updated_at: string;
  running: boolean;
}

/** Of a table or CTE that is named `c` and has all columns of `conversations`. */
export const conversationColumns = `c.id, c.title, c.model, c.message_count, c.read_position, c.pinned_at, c.created_at, c.updated_at,
  (SELECT origin.id FROM conversations origin WHERE origin.user_id = c.user_id AND origin.id = c.forked_from) AS forked_from,
  EXISTS (SELECT FROM turns t WHERE t.user_id = c.user_id AND t.conversation_id = c.id AND t.status = 'running') AS running`;

/** What `conversationSummary` makes of a row with these columns, as JSON. */
export const conversationJson = `'{"id":"' || c.id || '","title":' || to_json(c.title)::text
  || ',"createdAt":"' || ${isoText("c.created_at")} || '","updatedAt":"' || ${isoText("c.updated_at")}
  || '","model":' || coalesce(to_json(c.model)::text, 'null') || ',"messageCount":' || c.message_count || ',"readPosition":' || c.read_position
  || ',"pinnedAt":' || coalesce('"' || ${isoText("c.pinned_at")} || '"', 'null') || ',"forkedFrom":' || coalesce('"' || c.forked_from || '"', 'null')
  || ',"running":' || c.running || '}'`;

export function conversationSummary(row: ConversationRow): ConversationSummary {
  return {
    id: row.id,
    title: row.title,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    model: row.model,
    messageCount: row.message_count,
    readPosition: row.read_position,
    pinnedAt: row.pinned_at,
    forkedFrom: row.forked_from,
    running: row.running,
  };
}
