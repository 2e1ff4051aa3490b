import type { Person } from "@holdfast/contract";
import type { QueryResultRow } from "pg";
import type { IdentityConnections } from "./identity-connections.ts";
import type { IdentityStore, StoredSession } from "./types.ts";

/** What identity asks of people, sessions and passwords beside what Better Auth does, as the role that may read them. */
export function identityStore(connections: IdentityConnections): IdentityStore {
  return {
    pool: connections.forBetterAuth(),
    hasFailedSince: (time) => connections.hasFailedSince(time),

    async findPerson(userId) {
      const [person] = await connections.query<Person & QueryResultRow>({
        name: "auth-person",
        text: `SELECT id, name, is_anonymous AS "isGuest", CASE WHEN NOT is_anonymous THEN email END AS email
               FROM users WHERE id = $1`,
        values: [userId],
      });
      return person ?? null;
    },

    async sessionLives(token, userId) {
      const rows = await connections.query({
        name: "auth-session-lives",
        text: "SELECT FROM sessions WHERE token = $1 AND user_id = $2 AND expires_at > now()",
        values: [token, userId],
      });
      return rows.length > 0;
    },

    async endSession(token) {
      const text = "DELETE FROM sessions WHERE token = $1";
      await connections.query({ name: "auth-end-session", text, values: [token] });
    },

    async endSessionsOf(userId, except) {
      const text = "DELETE FROM sessions WHERE user_id = $1 AND token IS DISTINCT FROM $2";
      await connections.query({ name: "auth-end-sessions", text, values: [userId, except?.token ?? null] });
    },

    async endSessionById(userId, sessionId) {
      const text = "DELETE FROM sessions WHERE user_id = $1 AND id = $2 RETURNING id";
      return (
        (await connections.query({ name: "auth-end-session-by-id", text, values: [userId, sessionId] })).length > 0
      );
    },

    async listSessions(userId) {
      const rows = await connections.query<Omit<StoredSession, SessionTime> & Record<SessionTime, Date>>({
        name: "auth-list-sessions",
        text: `SELECT id, token, created_at AS "createdAt", updated_at AS "lastUsedAt", expires_at AS "expiresAt",
                 nullif(user_agent, '') AS "userAgent", nullif(ip_address, '') AS address
               FROM sessions WHERE user_id = $1 AND expires_at > now() ORDER BY created_at DESC, id`,
        values: [userId],
      });
      return rows.map((row) => ({
        ...row,
        createdAt: row.createdAt.toISOString(),
        lastUsedAt: row.lastUsedAt.toISOString(),
        expiresAt: row.expiresAt.toISOString(),
      }));
    },

    async sessionAge(token) {
      const [session] = await connections.query<{ ageMs: string }>({
        name: "auth-session-age",
        text: `SELECT extract(epoch FROM now() - created_at) * 1000 AS "ageMs" FROM sessions WHERE token = $1`,
        values: [token],
      });
      return session ? { ageMs: Number(session.ageMs) } : null;
    },

    async findPasswordHash(userId) {
      const text = "SELECT password FROM accounts WHERE user_id = $1 AND provider_id = 'credential'";
      const rows = await connections.query<{ password: string | null }>({
        name: "auth-password",
        text,
        values: [userId],
      });
      return rows[0]?.password ?? null;
    },

    async setPassword(email, hash) {
      const rows = await connections.query<{ id: string }>({
        text: `WITH person AS (
                 SELECT id FROM users WHERE lower(email) = lower($1) AND NOT is_anonymous FOR UPDATE
               ), known AS (
                 UPDATE accounts a SET password = $2, updated_at = now() FROM person
                 WHERE a.user_id = person.id AND a.provider_id = 'credential' RETURNING a.user_id
               ), made AS (
                 INSERT INTO accounts (user_id, account_id, provider_id, password)
                 SELECT id, id::text, 'credential', $2 FROM person WHERE id NOT IN (SELECT user_id FROM known)
               ), ended AS (
                 DELETE FROM sessions s USING person WHERE s.user_id = person.id
               )
               SELECT id FROM person`,
        values: [email, hash],
      });
      return rows[0]?.id ?? null;
    },
  };
}

type SessionTime = "createdAt" | "lastUsedAt" | "expiresAt";
