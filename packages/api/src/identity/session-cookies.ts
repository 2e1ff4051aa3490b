import { createHash } from "node:crypto";
import type { SessionCookies } from "./cookie-cache.ts";

export function isHttps(appUrl: string | null): boolean {
  return appUrl?.startsWith("https://") ?? false;
}

/** What the names of all cookies of a session begin with. */
export function cookiePrefixOf(appUrl: string | null): string {
  return isHttps(appUrl) ? "__Secure-holdfast." : "holdfast.";
}

/** What every cookie of ours is sent with. */
export function cookieAttributes(https: boolean): string {
  return `Path=/; HttpOnly; SameSite=Lax${https ? "; Secure" : ""}`;
}

/** Null where the browser holds no session, or a dead one that it has been told of. */
export function sessionCookies(headers: Headers, prefix: string): SessionCookies | null {
  const cookies = cookiesOf(headers);
  const token = decoded(cookies.get(`${prefix}session_token`) ?? "");
  const ended = cookies.get(`${prefix}ended`);
  if (token === "" || (ended !== undefined && ended === digestOf(token))) return null;
  return { token, data: cookies.get(`${prefix}session_data`) ?? null };
}

/**
 * Tells the browser that this session is over. The session's own cookies stay: this may arrive after the answer to a
 * sign-in, and that session's cookies have the same names.
 */
export function endedSessionCookie({ token }: SessionCookies, appUrl: string | null): string {
  return `${cookiePrefixOf(appUrl)}ended=${digestOf(token)}; ${cookieAttributes(isHttps(appUrl))}`;
}

function digestOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

/** As the browser sent them; of several with one name, the last. */
export function cookiesOf(headers: Headers): Map<string, string> {
  return new Map(
    (headers.get("cookie") ?? "").split(";").map((pair) => {
      const equals = pair.indexOf("=");
      return [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()];
    }),
  );
}

/** What makes the browser forget the session. */
export function clearedCookies(appUrl: string | null): string[] {
  const attributes = cookieAttributes(isHttps(appUrl));
  return ["session_token", "session_data"].map((name) => `${cookiePrefixOf(appUrl)}${name}=; Max-Age=0; ${attributes}`);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
