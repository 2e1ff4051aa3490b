import { ApiError } from "../errors.ts";

/**
 * Refuses what another site's page may have caused. Browsers send Origin with everything that changes something,
 * so a cookie without one is refused too; programs have a bearer token, or nothing yet.
 */
export function assertOwnOrigin(headers: Headers, appUrl: string | null, changes: boolean): void {
  const kind = originOf(headers, appUrl);
  const ridesOnCookie = headers.has("cookie") && !headers.has("authorization");
  if (kind === "foreign" || (kind === "absent" && changes && ridesOnCookie)) {
    throw new ApiError("FORBIDDEN", isAtItsHost(headers) && appUrl === null ? unknownAddress : foreignPage);
  }
}

const foreignPage = "This request does not come from a page of this site.";
const unknownAddress = "The server does not know this address to be its own: its operator must set APP_URL to it.";

/**
 * Whose page sent the request. Ours is `appUrl`; without one, that which equals the request's Host,
 * for loopback names only (any other name could be a stranger's that resolves to this machine).
 */
export function originOf(headers: Headers, appUrl: string | null): "own" | "foreign" | "absent" {
  const origin = headers.get("origin");
  if (origin === null) return "absent";
  if (appUrl !== null) return origin === new URL(appUrl).origin ? "own" : "foreign";
  return isAtItsHost(headers) && isLoopback(new URL(origin).hostname) ? "own" : "foreign";
}

function isAtItsHost(headers: Headers): boolean {
  const origin = headers.get("origin") ?? "";
  if (!URL.canParse(origin)) return false;
  const parsed = new URL(origin);
  return parsed.origin === origin && parsed.host === headers.get("host");
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
  );
}
