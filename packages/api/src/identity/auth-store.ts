import type { Person } from "@holdfast/contract";
import { type Notice, UnavailableError } from "@holdfast/db";
import pg from "pg";
import { toPerson } from "./cookie-cache.ts";

/** What identity asks of its tables beside what Better Auth does, as the role that may read them. */
export interface AuthStore {
  pool: pg.Pool;
  findPerson(userId: string): Promise<Person | null>;
  sessionLives(token: string, userId: string): Promise<boolean>;
  endSession(token: string): Promise<void>;
  endSessionsOf(userId: string, except?: { token: string }): Promise<void>;
  endSessionById(userId: string, sessionId: string): Promise<boolean>;
  listSessions(userId: string): Promise<StoredSession[]>;
  /** When the session of this token began. */
  sessionAge(token: string): Promise<{ ageMs: number } | null>;
  findPasswordHash(userId: string): Promise<string | null>;
  /** Links, codes and pending moves that name the user: these have no foreign key. */
  forgetVerifications(userId: string): Promise<void>;
  /** Remembers that what this guest has is to go to the user; survives a crash. */
  rememberMove(guestId: string, userId: string): Promise<void>;
  forgetMove(guestId: string): Promise<void>;
  pendingMoves(): Promise<{ guestId: string; userId: string }[]>;
  /** Tells all processes, in the words of `Database.notices`. */
  announce(notices: readonly Notice[]): Promise<void>;
  close(): Promise<void>;
}

export interface StoredSession {
  id: string;
  token: string;
  createdAt: string;
  lastUsedAt: string;
  expiresAt: string;
  userAgent: string | null;
  address: string | null;
}

const moveDays = 30;

/** With `prepare: false` no statement is prepared under a name, which a pooler in transaction mode would lose. */
export function openAuthStore(
  authUrl: string,
  { onError, prepare = true }: { onError: (error: Error) => void; prepare?: boolean },
): AuthStore {
  const pool = new pg.Pool({
    connectionString: authUrl,
    max: 8,
    connectionTimeoutMillis: 3_000,
    query_timeout: 4_000,
    application_name: "holdfast-auth",
  });
  pool.on("error", onError);
  // One may also break while it changes hands and nobody listens. Whoever has it learns of it by the next query.
  pool.on("connect", (client) => client.on("error", () => {}));

  async function query<Row extends pg.QueryResultRow>(name: string, text: string, values: unknown[]): Promise<Row[]> {
    try {
      return (await pool.query<Row>(prepare ? { name, text, values } : { text, values })).rows;
    } catch (error) {
      throw isOutage(error) ? new UnavailableError("The database does not answer.", { cause: error }) : error;
    }
  }

  return {
    pool,

    async findPerson(userId) {
      const rows = await query<{ id: string; name: string; email: string | null; isAnonymous: boolean }>(
        "auth-person",
        `select id, name, email, is_anonymous as "isAnonymous" from users where id = $1`,
        [userId],
      );
      return rows[0] ? toPerson(rows[0]) : null;
    },

    async sessionLives(token, userId) {
      const text = "select 1 from sessions where token = $1 and user_id = $2 and expires_at > now()";
      return (await query("auth-session-lives", text, [token, userId])).length > 0;
    },

    async endSession(token) {
      await query("auth-end-session", "delete from sessions where token = $1", [token]);
    },

    async endSessionsOf(userId, except) {
      const text = "delete from sessions where user_id = $1 and token is distinct from $2";
      await query("auth-end-sessions", text, [userId, except?.token ?? null]);
    },

    async endSessionById(userId, sessionId) {
      const text = "delete from sessions where user_id = $1 and id = $2 returning id";
      return (await query("auth-end-session-by-id", text, [userId, sessionId])).length > 0;
    },

    async listSessions(userId) {
      const rows = await query<Omit<StoredSession, SessionTime> & Record<SessionTime, Date>>(
        "auth-list-sessions",
        `select id, token, created_at as "createdAt", updated_at as "lastUsedAt", expires_at as "expiresAt",
                nullif(user_agent, '') as "userAgent", nullif(ip_address, '') as "address"
           from sessions where user_id = $1 and expires_at > now() order by created_at desc, id`,
        [userId],
      );
      return rows.map((row) => ({
        ...row,
        createdAt: row.createdAt.toISOString(),
        lastUsedAt: row.lastUsedAt.toISOString(),
        expiresAt: row.expiresAt.toISOString(),
      }));
    },

    async sessionAge(token) {
      const text = `select extract(epoch from now() - created_at) * 1000 as "ageMs" from sessions where token = $1`;
      const rows = await query<{ ageMs: string }>("auth-session-age", text, [token]);
      return rows[0] ? { ageMs: Number(rows[0].ageMs) } : null;
    },

    async findPasswordHash(userId) {
      const text = "select password from accounts where user_id = $1 and provider_id = 'credential'";
      return (await query<{ password: string | null }>("auth-password", text, [userId]))[0]?.password ?? null;
    },

    async forgetVerifications(userId) {
      const text = "delete from verifications where value = $1 or identifier = $2";
      await query("auth-forget-verifications", text, [userId, moveOf(userId)]);
    },

    async rememberMove(guestId, userId) {
      const text = `insert into verifications (id, identifier, value, expires_at)
                    values (gen_random_uuid(), $1, $2, now() + make_interval(days => ${moveDays}))`;
      await query("auth-remember-move", text, [moveOf(guestId), userId]);
    },

    async forgetMove(guestId) {
      await query("auth-forget-move", "delete from verifications where identifier = $1", [moveOf(guestId)]);
    },

    async pendingMoves() {
      const text = `select substr(identifier, ${movePrefix.length + 1}) as "guestId", value as "userId"
                      from verifications where identifier like '${movePrefix}%' order by created_at limit 100`;
      return query<{ guestId: string; userId: string }>("auth-pending-moves", text, []);
    },

    async announce(notices) {
      const text = "select pg_notify($1, payload) from unnest($2::text[]) as payload";
      await query("auth-announce", text, [noticeChannel, notices.map((notice) => JSON.stringify(notice))]);
    },

    close: () => pool.end(),
  };
}

type SessionTime = "createdAt" | "lastUsedAt" | "expiresAt";

const movePrefix = "move-guest:";
/** That of `Database.notices`. */
const noticeChannel = "holdfast";

function moveOf(guestId: string): string {
  return `${movePrefix}${guestId}`;
}

/** What pg throws without an SQLSTATE is about the connection; of the others, shutdowns, refused connections and refused writes. */
function isOutage(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || /^(08|25006|57P|53|58)/.test(error.code ?? "");
}
