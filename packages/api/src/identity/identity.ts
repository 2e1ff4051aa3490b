import type { IncomingMessage, ServerResponse } from "node:http";
import type { Person } from "@holdfast/contract";

/** Who is asking: a person with a cookie, or a program with a bearer token. */
export interface Identity {
  /**
   * The person of a request: by its bearer token, else by its cookie. Null for nobody; a bad token is nobody and never
   * falls back to the cookie. With a warm cookie no query is sent, unless `certain` is set: then the session is looked
   * up, as it must be for whatever changes data. Throws `UnavailableError` when the database has to be asked and does not answer.
   * `onSetCookie` is called where the cookie's cache was renewed: send it with the response.
   */
  identify(
    headers: Headers,
    options?: { certain?: boolean; onSetCookie?: (cookie: string) => void },
  ): Promise<Person | null>;
  /**
   * What every procedure and route calls first: refuses a foreign origin (FORBIDDEN), then identifies.
   * `changes` is true for mutations, which are refused where the page shows somebody else (`personHeader`).
   */
  authorize(
    headers: Headers,
    options: { changes: boolean; onSetCookie?: (cookie: string) => void },
  ): Promise<Person | null>;
  /** The cookie that a page gives to a browser that nobody is known by: all of its first requests make one guest. Null where it needs none. */
  beginVisit(headers: Headers): string | null;
  /**
   * Makes a guest and a session for them. First requests of one visit make the same guest; `once` (a turn's id) is what
   * one that is repeated is known by without a visit.
   * UNAUTHORIZED where the request carries a token, a dead session or the id of whom its page shows (`personHeader`):
   * who was somebody must not end up as somebody else without noticing. (`identify` has cleared the dead session's
   * cookies by then.)
   */
  becomeGuest(headers: Headers, options?: { once?: string }): Promise<{ person: Person; setCookies: string[] }>;
  /** Answers `/api/auth/*`. False for any other path. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
  /** Periodic work: moves of guests that had to wait, unused guests. Call it every minute or so. */
  tidy(): Promise<void>;
  close(): Promise<void>;
}
