import type { SessionCookies } from "./cookie-cache.ts";

/** What the names of all cookies of a session begin with. */
export function cookiePrefixOf(appUrl: string | null): string {
  return appUrl?.startsWith("https://") ? "__Secure-holdfast." : "holdfast.";
}

/** Null where the browser holds no session, not even a dead one. */
export function sessionCookies(headers: Headers, prefix: string): SessionCookies | null {
  const cookies = cookiesOf(headers);
  const token = cookies.get(`${prefix}session_token`);
  return token ? { token: decoded(token), data: cookies.get(`${prefix}session_data`) ?? null } : null;
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
export function clearedCookies(prefix: string): string[] {
  const secure = prefix.startsWith("__Secure-") ? "; Secure" : "";
  return ["session_token", "session_data"].map(
    (name) => `${prefix}${name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax${secure}`,
  );
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
