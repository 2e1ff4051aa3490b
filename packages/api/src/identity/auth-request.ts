import type { IncomingMessage } from "node:http";
import { ApiError, badRequest } from "../errors.ts";
import { queryOf } from "../rest/exchange.ts";
import { addressHeader } from "./auth.ts";
import type { AuthRoute } from "./auth-routes.ts";
import { cookiePrefixOf, cookiesOf } from "./session-cookies.ts";

/**
 * What Better Auth sees of a request is made here from what a route lists, and nothing else of it gets there: no other
 * cookie, header or field of a query, and no other path.
 */

export const authPrefix = "/api/auth";

/** Not `session_data`: Better Auth believes its copy of a session, and would make a fresh one of one that has ended. */
const shownCookies = ["session_token", "dont_remember", "state"];

export interface Asked {
  /** After the prefix, as it was matched with the route. */
  path: string;
  /** The body, parsed by the route. */
  input: unknown;
  headers: Headers;
  appUrl: string | null;
  /** Of the client, as far as proxies are believed. */
  address: string;
}

/** Throws what the route's query throws, BAD_REQUEST for a Host that is none, NOT_FOUND for a path that is read as another. */
export function toAuthRequest(req: IncomingMessage, route: AuthRoute, asked: Asked): Request {
  const path = authPrefix + asked.path;
  const url = new URL(path, asked.appUrl ?? addressAt(req.headers.host ?? "localhost"));
  if (url.pathname !== path) throw new ApiError("NOT_FOUND", `There is nothing at ${path}.`);
  const query = (route.query?.parse(Object.fromEntries(queryOf(req))) ?? {}) as Record<string, string | undefined>; // of texts, by its type
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
  const headers = shownHeaders(asked.headers, asked.appUrl);
  headers.set(addressHeader, asked.address);
  if (route.method === "GET") return new Request(url, { headers });
  headers.set("content-type", "application/json");
  return new Request(url, { method: "POST", headers, body: JSON.stringify(asked.input ?? {}) });
}

/** The headers of a request that Better Auth is shown. */
export function shownHeaders(from: Headers, appUrl: string | null): Headers {
  const headers = new Headers();
  const cookies = cookiesOf(from);
  const shown = shownCookies.flatMap((name) => {
    const fullName = cookiePrefixOf(appUrl) + name;
    const value = cookies.get(fullName);
    return value === undefined ? [] : [`${fullName}=${value}`];
  });
  if (shown.length > 0) headers.set("cookie", shown.join("; "));
  const userAgent = from.get("user-agent");
  if (userAgent !== null) headers.set("user-agent", userAgent);
  return headers;
}

/** 400 for a Host that is none (RFC 9112, 3.2), or that has more of an address in it, such as a user's name. */
function addressAt(host: string): string {
  const address = `http://${host}`;
  if (/[@/\\?#]/.test(host) || !URL.canParse(address)) throw badRequest("", "The Host header names no host.");
  return address;
}
