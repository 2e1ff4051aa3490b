import type { Connections } from "./connections.ts";
import { NotFoundError, TurnRunningError } from "./errors.ts";
import type { Notices } from "./notices.ts";
import { firstRow } from "./scope.ts";
import type { Database } from "./types.ts";

type PeopleStore = Pick<Database, "userExists" | "moveGuest" | "deleteUser" | "deleteUnusedGuests" | "countUse">;

/** Deleting or moving a person may touch many rows. */
const longTimeoutMs = 120_000;
const usesBetweenCleanings = 1_000;

export function peopleStore(connections: Connections, notices: Notices): PeopleStore {
  let uses = 0;

  return {
    async userExists(userId) {
      const result = await connections.query({
        name: "user-exists",
        text: "SELECT FROM users WHERE id = $1",
        values: [userId],
      });
      return (result.rowCount ?? 0) > 0;
    },

    async moveGuest(guestId, userId) {
      const result = await connections.query<{ outcome: string }>(
        { text: "SELECT move_guest($1, $2) AS outcome", values: [guestId, userId] },
        longTimeoutMs,
      );
      const outcome = firstRow(result)?.outcome;
      if (outcome === "turn-running") throw new TurnRunningError("A turn of the guest is still running.");
      if (outcome !== "moved") throw new NotFoundError("There is no such guest or user.");
      notices.publish({ type: "user-deleted", userId: guestId });
    },

    async deleteUser(userId) {
      const result = await connections.query<{ deleted: boolean }>(
        { text: "SELECT delete_user($1) AS deleted", values: [userId] },
        longTimeoutMs,
      );
      const deleted = firstRow(result)?.deleted ?? false;
      if (deleted) notices.publish({ type: "user-deleted", userId });
      return deleted;
    },

    async deleteUnusedGuests(before, limit) {
      const { rows } = await connections.query<{ id: string }>(
        { text: "SELECT delete_unused_guests($1, $2) AS id", values: [before.toISOString(), limit] },
        longTimeoutMs,
      );
      for (const { id } of rows) notices.publish({ type: "user-deleted", userId: id });
      return rows.length;
    },

    async countUse(key, limit, windowMs) {
      if (++uses % usesBetweenCleanings === 0) {
        await connections.query({ text: "DELETE FROM rate_limits WHERE resets_at < now()" });
      }
      const result = await connections.query<{ count: number; left_ms: number }>({
        name: "count-use",
        text: `INSERT INTO rate_limits AS r (key, count, resets_at) VALUES ($1, 1, now() + $2 * interval '1 millisecond')
               ON CONFLICT (key) DO UPDATE SET
                 count = CASE WHEN r.resets_at <= now() THEN 1 ELSE least(r.count, 1000000000) + 1 END,
                 resets_at = CASE WHEN r.resets_at <= now() THEN excluded.resets_at ELSE r.resets_at END
               RETURNING count, ceil(extract(epoch FROM resets_at - now()) * 1000)::int AS left_ms`,
        values: [key, windowMs],
      });
      const { count, left_ms: leftMs } = firstRow(result) ?? { count: 0, left_ms: 0 };
      const allowed = count <= limit;
      return { allowed, retryAfterMs: allowed ? 0 : Math.max(1, leftMs) };
    },
  };
}
