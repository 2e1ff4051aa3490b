import type { Person } from "@holdfast/contract";
import { jwtVerify } from "jose";
import { z } from "zod";
import { cookieSecret } from "./auth.ts";

/** Who a session's cookies say is asking. */
export interface CachedSession {
  person: Person;
  token: string;
}

/**
 * Reads Better Auth's cookie cache (its `jwt` strategy) without a query, and knows when not to believe it.
 * A cache is believed if it was made after the last time that this user's sessions changed, after the last time that
 * notices may have been missed, and after this process began to listen for them.
 */
export interface CookieCache {
  read(cookies: SessionCookies): Promise<CachedSession | null>;
  /** From now on caches of this user that were made before are not believed. */
  distrust(userId: string): void;
  distrustAll(): void;
}

/** The values of a session's two cookies, as the browser sent them. */
export interface SessionCookies {
  /** `<token>.<signature>` */
  token: string;
  /** The cache; null where it has expired. */
  data: string | null;
}

/** Clocks of processes differ, and a session may be read in the instant before it ends. */
const marginMs = 2_000;
const rememberedJwts = 10_000;

export function createCookieCache(secret: string, cacheSeconds: number): CookieCache {
  const key = new TextEncoder().encode(cookieSecret(secret));
  const verified = new Map<string, VerifiedJwt>();
  const distrusted = new Map<string, number>();
  let trustedSince = Date.now(); // what came before may have ended unheard

  async function verify(jwt: string): Promise<VerifiedJwt | null> {
    const known = verified.get(jwt);
    if (known) return known;
    try {
      const { payload } = await jwtVerify(jwt, key, { algorithms: ["HS256"], requiredClaims: ["exp"] });
      const { session, user, updatedAt } = cachePayload.parse(payload);
      const found = {
        person: toPerson(user),
        token: session.token,
        madeAt: updatedAt,
        expiresAt: Math.min((payload.exp ?? 0) * 1000, Date.parse(session.expiresAt)),
      };
      if (verified.size >= rememberedJwts) verified.delete(verified.keys().next().value ?? "");
      verified.set(jwt, found);
      return found;
    } catch {
      return null; // forged, expired or of another secret: the session is looked up instead
    }
  }

  return {
    async read({ token, data }) {
      const jwt = data === null ? null : await verify(data);
      if (!jwt || jwt.expiresAt <= Date.now()) return null;
      if (jwt.madeAt < Math.max(trustedSince, distrusted.get(jwt.person.id) ?? 0)) return null;
      return token.startsWith(`${jwt.token}.`) ? { person: jwt.person, token: jwt.token } : null;
    },

    distrust(userId) {
      const now = Date.now();
      distrusted.set(userId, now + marginMs);
      // Caches of that time have expired by themselves.
      for (const [id, since] of distrusted) if (since < now - cacheSeconds * 1000) distrusted.delete(id);
    },

    distrustAll() {
      trustedSince = Date.now() + marginMs;
      distrusted.clear();
    },
  };
}

interface VerifiedJwt extends CachedSession {
  madeAt: number;
  expiresAt: number;
}

const cachedUser = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  isAnonymous: z.boolean(),
});

const cachePayload = z.object({
  session: z.object({ token: z.string(), expiresAt: z.string() }),
  user: cachedUser,
  updatedAt: z.number(),
});

/** What Better Auth knows of a user, as everyone else sees it. */
export function toPerson(user: { id: string; name: string; email: string | null; isAnonymous: boolean }): Person {
  const { id, name, email, isAnonymous } = user;
  return { id, name, email: isAnonymous ? null : email, isGuest: isAnonymous };
}
