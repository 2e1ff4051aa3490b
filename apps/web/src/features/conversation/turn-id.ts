import { uuidOf } from "@holdfast/contract";

/** A random UUID; also on plain http, where browsers have no `randomUUID`. */
export function newTurnId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  return uuidOf(crypto.getRandomValues(new Uint8Array(16)), 4);
}
