import type { Person } from "@holdfast/contract";
import { personHeader, limits as productLimits } from "@holdfast/contract";
import { type Database, type IdentityStore, UnavailableError } from "@holdfast/db";
import type { Log } from "../api.ts";
import { ApiError } from "../errors.ts";
import type { Limits } from "../limits/limits.ts";
import { cookieCacheSeconds, createAuth, type OAuthClients } from "./auth.ts";
import { createAuthHandler } from "./auth-handler.ts";
import { shownHeaders } from "./auth-request.ts";
import { bearerToken, createBearerTokens } from "./bearer.ts";
import { createCookieCache, toPerson } from "./cookie-cache.ts";
import { endedVisitCookie, guestIdOf, isVisit, newVisitCookie, visitCookieName } from "./first-request.ts";
import { createGuestMoves } from "./guest-moves.ts";
import type { SignIn } from "./guest-plugin.ts";
import type { Identity } from "./identity.ts";
import type { Mailer } from "./mail.ts";
import { assertOwnOrigin, originOf } from "./origin.ts";
import { createOutbox } from "./outbox.ts";
import {
  clearedCookies,
  cookiePrefixOf,
  cookiesOf,
  endedSessionCookie,
  isHttps,
  sessionCookies,
} from "./session-cookies.ts";
import { assertShown } from "./shown-person.ts";

export interface IdentityOptions {
  db: Database;
  secret: string;
  appUrl: string | null;
  trustProxy: boolean | number;
  limits: Limits;
  log: Log;
  mail?: Mailer | undefined;
  oauth?: OAuthClients | undefined;
}

type MadeGuest = { id: string; setCookies: string[] };
type Session = { person: Person; token: string };
type OnSetCookie = ((cookie: string) => void) | undefined;

const dayMs = 86_400_000;
const guestsATime = 500;

/** Identity as the account's routes need it. */
export interface AccountIdentity extends Identity {
  store: IdentityStore;
  /** The token of the request's session; null for a program. */
  sessionToken(headers: Headers): string | null;
  /** Tells every process to look this user's sessions up again. */
  sessionsChanged(userId: string): void;
  /** Cookies that clear the session's in the browser. */
  clearedCookies(): string[];
}

export function createIdentity(options: IdentityOptions): AccountIdentity {
  const { db, appUrl, log, limits } = options;
  const store = db.identity;
  const bearer = createBearerTokens(options.secret);
  const cache = createCookieCache(options.secret, cookieCacheSeconds);
  const moves = createGuestMoves(db, log);
  // Without it a link would lead to whatever host was asked, and whose sender is anybody.
  if (options.mail && appUrl === null) throw new Error("Mail needs the address that its links lead to.");
  const outbox = options.mail && createOutbox(options.mail, log);
  const auth = createAuth({ ...options, outbox, pool: store.pool, onSessionsEnded: sessionsChanged });
  const https = isHttps(appUrl);
  const cookiePrefix = cookiePrefixOf(appUrl);

  const unsubscribe = db.notices.subscribe((notice) => {
    if (notice.type === "sessions-changed" || notice.type === "user-deleted") cache.distrust(notice.userId);
    if (notice.type === "lost") cache.distrustAll();
  });

  function sessionsChanged(userId: string): void {
    cache.distrust(userId);
    db.notices.publish({ type: "sessions-changed", userId });
  }

  /** The session, by the cookie's cache where it is believed, else by the database. */
  async function sessionOf(headers: Headers, certain: boolean, onSetCookie?: OnSetCookie): Promise<Session | null> {
    const cookies = sessionCookies(headers, cookiePrefix);
    if (!cookies) return null;
    const cached = await cache.read(cookies);
    if (cached && (!certain || (await store.sessionLives(cached.token, cached.person.id)))) return cached;
    const session = await lookUpSession(headers, onSetCookie);
    // It counts until something is to be changed with it: only so is that refused, and whoever had an account not made a
    // guest without noticing.
    if (!session && certain) onSetCookie?.(endedSessionCookie(cookies, appUrl));
    return session;
  }

  /** Of a database that does not answer Better Auth says only that something went wrong. */
  async function asking<Result>(betterAuth: () => Promise<Result>): Promise<Result> {
    const askedAt = performance.now();
    try {
      return await betterAuth();
    } catch (error) {
      if (!store.hasFailedSince(askedAt)) throw error;
      throw new UnavailableError("The database does not answer.", { cause: error });
    }
  }

  async function lookUpSession(asked: Headers, onSetCookie: OnSetCookie): Promise<Session | null> {
    const headers = shownHeaders(asked, appUrl);
    const query = { disableCookieCache: true } as const;
    const found = await asking(() => auth.api.getSession({ headers, query, returnHeaders: true }));
    if (!found.response) return null;
    for (const cookie of found.headers.getSetCookie()) onSetCookie?.(cookie);
    return { person: toPerson(found.response.user), token: found.response.session.token };
  }

  async function endSession({ person, token }: Session): Promise<void> {
    await store.endSession(token);
    sessionsChanged(person.id);
  }

  async function settle({ before, after }: SignIn): Promise<void> {
    if (!after || !before || before.token === after.token) return;
    await endSession(before);
    if (before.person.isGuest && before.person.id !== after.userId) await moves.begin(before.person.id, after.userId);
  }

  function visitOf(headers: Headers): string | null {
    const visit = cookiesOf(headers).get(visitCookieName(https));
    return isVisit(visit) ? visit : null;
  }

  const identify: Identity["identify"] = async (headers, { certain = false, onSetCookie } = {}) => {
    const authorization = headers.get("authorization");
    if (authorization === null) return (await sessionOf(headers, certain, onSetCookie))?.person ?? null;
    const userId = await bearer.verify(bearerToken(authorization));
    return userId === null ? null : store.findPerson(userId);
  };

  async function makeGuest(asked: Headers, guestId?: string): Promise<MadeGuest> {
    const headers = shownHeaders(asked, appUrl);
    const made = await asking(() => auth.api.makeGuest({ headers, body: { guestId }, returnHeaders: true }));
    return { id: made.response.id, setCookies: made.headers.getSetCookie() };
  }

  return {
    store,
    identify,
    sessionsChanged,

    sessionToken: (headers) => {
      if (headers.has("authorization")) return null;
      return sessionCookies(headers, cookiePrefix)?.token.split(".")[0] ?? null;
    },

    clearedCookies: () => clearedCookies(appUrl),

    authorize: async (headers, { changes, onSetCookie }) => {
      assertOwnOrigin(headers, appUrl, changes);
      const person = await identify(headers, { certain: changes, onSetCookie });
      if (changes) assertShown(headers, person);
      return person;
    },

    beginVisit(headers) {
      if (headers.has("authorization") || sessionCookies(headers, cookiePrefix) || visitOf(headers)) return null;
      return newVisitCookie(https);
    },

    async becomeGuest(headers, { once } = {}) {
      if (headers.has("authorization")) throw new ApiError("UNAUTHORIZED", "This token is not valid.");
      if (originOf(headers, appUrl) !== "own") throw new ApiError("UNAUTHORIZED", "Sign in first, or send a token.");
      // The cookies may have expired in the browser, before a page that still shows somebody.
      if (sessionCookies(headers, cookiePrefix) || headers.get(personHeader)) {
        throw new ApiError("UNAUTHORIZED", "You have been signed out. Sign in again.");
      }
      const visit = visitOf(headers);
      const seed = visit ?? once;
      const { id, setCookies } = await makeGuest(
        headers,
        seed === undefined ? undefined : guestIdOf(options.secret, seed),
      );
      if (visit !== null) setCookies.push(endedVisitCookie(https));
      return { person: { id, name: "Guest", email: null, isGuest: true }, setCookies };
    },

    handle: createAuthHandler({
      auth,
      db,
      limits,
      bearer,
      appUrl,
      trustProxy: options.trustProxy,
      providers: Object.keys(options.oauth ?? {}),
      hasMail: options.mail !== undefined,
      async claimedBy(headers) {
        const cookies = sessionCookies(headers, cookiePrefix);
        return (cookies && (await cache.read(cookies)))?.person.id ?? null;
      },
      sessionOf: (headers) => sessionOf(headers, true),
      async endSession(headers) {
        const session = await sessionOf(headers, false);
        if (session) await endSession(session);
      },
      settle,
      onError: (error, requestId) => {
        if (error.status >= 500) log.error({ err: error.cause ?? error, requestId }, "a request about identity failed");
      },
    }),

    async tidy() {
      await moves.resume();
      await db.deleteUnusedGuests(new Date(Date.now() - productLimits.guestDays * dayMs), guestsATime);
    },

    async close() {
      unsubscribe();
      await Promise.all([moves.close(), outbox?.close()]);
    },
  };
}
