import { InvalidCursorError } from "./errors.ts";
import { isUuid } from "./ids.ts";

/** Opaque to whoever receives them; they name a place in an order, so that rows that move in between do no harm. */

export interface ConversationPlace {
  updatedAt: string;
  id: string;
}

export function conversationCursor({ updatedAt, id }: ConversationPlace): string {
  return Buffer.from(`${Date.parse(updatedAt)}.${id}`).toString("base64url");
}

export function parseConversationCursor(cursor: string): ConversationPlace {
  const [time, id, ...rest] = Buffer.from(cursor, "base64url").toString("utf8").split(".");
  if (!time || !/^-?\d{1,15}$/.test(time) || !id || !isUuid(id) || rest.length > 0) throw invalid();
  const updatedAt = new Date(Number(time)).toISOString();
  if (!yearsOfPostgres.test(updatedAt)) throw invalid();
  return { updatedAt, id };
}

/** Of the years of ISO texts those that PostgreSQL reads: it has no year 0, and no sign before one. */
const yearsOfPostgres = /^(?!0000)\d{4}-/;

export interface MessagePlace {
  direction: "older" | "newer";
  position: number;
}

export function messageCursor({ direction, position }: MessagePlace): string {
  return `${direction === "older" ? "o" : "n"}${position}`;
}

export function parseMessageCursor(cursor: string): MessagePlace {
  const match = /^([on])(\d{1,9})$/.exec(cursor);
  if (!match) throw invalid();
  return { direction: match[1] === "o" ? "older" : "newer", position: Number(match[2]) };
}

function invalid(): InvalidCursorError {
  return new InvalidCursorError("The cursor is not one that this list gave out.");
}
