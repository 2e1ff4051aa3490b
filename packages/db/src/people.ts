import type { Connections } from "./connections.ts";
import { NotFoundError, TurnRunningError } from "./errors.ts";
import type { IdentityConnections } from "./identity-connections.ts";
import type { Notices } from "./notices.ts";
import { firstRow } from "./scope.ts";
import type { Database } from "./types.ts";

type PeopleStore = Pick<
  Database,
  "beginMove" | "pendingMoves" | "moveGuest" | "endMove" | "deleteUser" | "deleteUnusedGuests" | "countUse"
>;

/** Deleting or moving a person may touch many rows. */
const longTimeoutMs = 120_000;
const usesBetweenCleanings = 1_000;
const moveDays = 30;
const movePrefix = "move-guest:";

/**
 * People come and go as the role of identity alone: whatever the role that serves requests is made to say, it cannot
 * delete anybody.
 */
export function peopleStore(connections: Connections, identity: IdentityConnections, notices: Notices): PeopleStore {
  let uses = 0;

  function publishDeleted(rows: readonly { id: string }[]): void {
    for (const { id } of rows) notices.publish({ type: "user-deleted", userId: id });
  }

  return {
    async beginMove(guestId, userId) {
      const remembered = await identity.query<{ id: string }>({
        name: "begin-move",
        // The lock: whoever registers as this guest does so before, and is none any more, or after, with a session made later.
        text: `WITH guest AS (
                 SELECT id FROM users WHERE id = $1 AND is_anonymous FOR UPDATE
               ), ended AS (
                 DELETE FROM sessions s USING guest WHERE s.user_id = guest.id
               )
               INSERT INTO verifications (identifier, value, expires_at)
               SELECT '${movePrefix}' || id, $2, now() + make_interval(days => ${moveDays}) FROM guest
               RETURNING id`,
        values: [guestId, userId],
      });
      return remembered.length > 0;
    },

    pendingMoves() {
      return identity.query<{ guestId: string; userId: string }>({
        name: "pending-moves",
        text: `SELECT substr(identifier, ${movePrefix.length + 1}) AS "guestId", value AS "userId"
               FROM verifications WHERE identifier LIKE '${movePrefix}%' ORDER BY created_at LIMIT 100`,
      });
    },

    async moveGuest(guestId, userId) {
      const [moved] = await identity.query<{ outcome: string }>(
        { text: "SELECT move_guest($1, $2) AS outcome", values: [guestId, userId] },
        longTimeoutMs,
      );
      if (moved?.outcome === "turn-running") throw new TurnRunningError("A turn of the guest is still running.");
      if (moved?.outcome !== "moved") throw new NotFoundError("There is no such guest or user.");
      notices.publish({ type: "user-deleted", userId: guestId });
    },

    async endMove(guestId) {
      const left = await identity.query<{ id: string }>(
        {
          text: `WITH forgotten AS (DELETE FROM verifications WHERE identifier = $1)
                 DELETE FROM users WHERE id = $2 AND is_anonymous RETURNING id`,
          values: [`${movePrefix}${guestId}`, guestId],
        },
        longTimeoutMs,
      );
      publishDeleted(left);
    },

    async deleteUser(userId) {
      // Links, codes and pending moves name the user in a text, where no foreign key leads.
      const deleted = await identity.query<{ id: string }>(
        {
          text: `WITH forgotten AS (
                   DELETE FROM verifications WHERE value = $1 OR identifier = '${movePrefix}' || $1
                   RETURNING identifier
                 ), gone AS (
                   SELECT $1::uuid AS id UNION ALL
                   SELECT substr(identifier, ${movePrefix.length + 1})::uuid FROM forgotten
                   WHERE identifier ~ '^${movePrefix}[0-9a-f-]{36}$'
                 )
                 DELETE FROM users u USING gone WHERE u.id = gone.id AND (u.id = $1::uuid OR u.is_anonymous)
                 RETURNING u.id`,
          values: [userId],
        },
        longTimeoutMs,
      );
      publishDeleted(deleted);
      return deleted.some(({ id }) => id === userId);
    },

    async deleteUnusedGuests(before, limit) {
      const deleted = await identity.query<{ id: string }>(
        { text: "SELECT delete_unused_guests($1, $2) AS id", values: [before.toISOString(), limit] },
        longTimeoutMs,
      );
      publishDeleted(deleted);
      return deleted.length;
    },

    async countUse(key, limit, windowMs) {
      if (++uses % usesBetweenCleanings === 0) {
        await connections.query({ text: "DELETE FROM rate_limits WHERE resets_at < now()" });
      }
      // One that would last longer than any can was begun before the clock went back.
      const isOver = "r.resets_at NOT BETWEEN now() AND excluded.resets_at + interval '10 seconds'";
      const result = await connections.query<{ count: number; left_ms: number }>({
        name: "count-use",
        text: `INSERT INTO rate_limits AS r (key, count, resets_at) VALUES ($1, 1, now() + $2 * interval '1 millisecond')
               ON CONFLICT (key) DO UPDATE SET
                 count = CASE WHEN ${isOver} THEN 1 ELSE least(r.count, 1000000000) + 1 END,
                 resets_at = CASE WHEN ${isOver} THEN excluded.resets_at ELSE r.resets_at END
               RETURNING count, ceil(extract(epoch FROM resets_at - now()) * 1000)::int AS left_ms`,
        values: [key, windowMs],
      });
      const { count, left_ms: leftMs } = firstRow(result) ?? { count: 0, left_ms: 0 };
      const allowed = count <= limit;
      return { allowed, retryAfterMs: allowed ? 0 : Math.max(1, leftMs) };
    },
  };
}
