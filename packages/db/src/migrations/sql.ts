import { whitespace } from "@holdfast/contract";

/** Fragments that several migrations share. */

export const noticeChannel = "holdfast";

/** Who the transaction is for; null where nobody was named, so that no row belongs to them. */
export const currentUserId = "nullif(current_setting('app.user_id', true), '')::uuid";

/** What stands before each word in the index of all words. More digits: less to read for a search, more to write for a message. */
export const ownerDigit = (userId: string) => `right(${userId}::text, 1)`;

const escapedWhitespace = Array.from(
  whitespace,
  (char) => `\\${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
).join("");

/** What JavaScript's `trim` leaves of it is not empty. PostgreSQL's `\s` differs between versions. */
export function notBlank(column: string): string {
  return `btrim(${column}, U&'${escapedWhitespace}') <> ''`;
}
