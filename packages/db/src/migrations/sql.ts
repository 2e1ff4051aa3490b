import { whitespace } from "@holdfast/contract";

/** Fragments that several migrations share. */

export const noticeChannel = "holdfast";

/** Who the transaction is for; null where nobody was named, so that no row belongs to them. */
export const currentUserId = "nullif(current_setting('app.user_id', true), '')::uuid";

/** What stands before each word in the index of all words. Two people may share it: it narrows, and keeps nobody out. */
export const ownerOfWords = (userId: string) => `right(${userId}::text, 8)`;

const escapedWhitespace = Array.from(
  whitespace,
  (char) => `\\${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
).join("");

/** What JavaScript's `trim` leaves of it is not empty. PostgreSQL's `\s` differs between versions. */
export function notBlank(column: string): string {
  return `btrim(${column}, U&'${escapedWhitespace}') <> ''`;
}
