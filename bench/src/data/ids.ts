import { createHash } from "node:crypto";

export type IdKind = "user" | "conversation" | "message" | "turn";

/** A version 4 UUID made of the n-th name of its kind: as scattered as a random one, and known to pgbench too. */
export function idOf(kind: IdKind, n: number): string {
  const hex = createHash("md5").update(`${kind}${n}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
