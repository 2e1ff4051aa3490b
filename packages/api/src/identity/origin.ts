import { ForeignOriginError } from "./identity-errors.ts";

export type OriginKind = "own" | "foreign" | "absent";

/**
 * Whose page sent the request. Ours is `appUrl`; without one, that which equals the request's Host,
 * for loopback names only (any other name could be a stranger's that resolves to this machine).
 */
export function originOf(headers: Headers, appUrl: string | null): OriginKind {
  const origin = headers.get("origin");
  if (origin === null) return "absent";
  if (appUrl !== null) return origin === new URL(appUrl).origin ? "own" : "foreign";
  return URL.canParse(origin) && isLoopback(new URL(origin).hostname) && new URL(origin).host === headers.get("host")
    ? "own"
    : "foreign";
}

/**
 * Refuses what another site's page may have caused. Browsers send Origin with everything that changes something,
 * so a cookie without one is refused too; programs have a bearer token, or nothing yet.
 */
export function assertOwnOrigin(headers: Headers, appUrl: string | null, changes: boolean): void {
  const kind = originOf(headers, appUrl);
  if (kind === "foreign") throw new ForeignOriginError();
  const ridesOnCookie = headers.has("cookie") && !headers.has("authorization");
  if (changes && kind === "absent" && ridesOnCookie) throw new ForeignOriginError();
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
  );
}
