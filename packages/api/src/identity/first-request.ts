import { createHmac, randomBytes } from "node:crypto";
import { uuidOf } from "@holdfast/contract";
import { cookieAttributes } from "./session-cookies.ts";

/**
 * What makes one guest of all that a visitor does before they are one: in several tabs, by a request that is made again
 * because its answer was lost, at whichever process. Each of these requests names the same thing that only its browser
 * knows, and the guest's id is made of that.
 */

/** A first request that is repeated later than this makes another guest. */
const repeatedWithinMs = 60_000;

const visitPattern = /^[\w-]{43}$/;

/** The cookie of a browser that nobody is known by yet; `__Host-` keeps other hosts of the domain from setting it. */
export function visitCookieName(https: boolean): string {
  return https ? "__Host-holdfast.visit" : "holdfast.visit";
}

/** For as long as the browser is open. */
export function newVisitCookie(https: boolean): string {
  return `${visitCookieName(https)}=${randomBytes(32).toString("base64url")}; ${cookieAttributes(https)}`;
}

export function endedVisitCookie(https: boolean): string {
  return `${visitCookieName(https)}=; Max-Age=0; ${cookieAttributes(https)}`;
}

export function isVisit(value: string | undefined): value is string {
  return value !== undefined && visitPattern.test(value);
}

/** The id of the guest that first requests with this seed make, which only the secret's holder can tell; a UUID like that of any other. */
export function guestIdOf(secret: string, seed: string): string {
  return uuidOf(createHmac("sha256", secret).update(`holdfast guest ${seed}`).digest(), 4);
}

/** Whether this is a guest whose first request may still be repeated: not an account, which the guest may have become. */
export function isNewGuest(user: { createdAt: Date } & Record<string, unknown>): boolean {
  return user["isAnonymous"] === true && Date.now() - user.createdAt.getTime() < repeatedWithinMs;
}
