import { randomInt } from "node:crypto";
import type { Client } from "pg";
import type { Connections } from "./connections.ts";
import type { DirectConnection } from "./direct-connection.ts";
import { runnerLockClass } from "./migrations/chat-functions.ts";
import { noticeChannel } from "./migrations/sql.ts";
import type { Notices } from "./notices.ts";
import { finishTurn } from "./turn-ends.ts";
import type { RunnerStore } from "./types.ts";

/** A sweeper that was away knows nothing of the others until they had time to come back too. */
const settlingMs = 2_000;

interface Lease {
  locked: boolean;
  onLost: Set<() => void>;
}

export function runnerStore(connections: Connections, direct: DirectConnection, notices: Notices) {
  const leases = new Map<number, Lease>();
  direct.onConnected(async (client) => {
    for (const lease of leases.values()) lease.locked = false; // the locks went with the connection before
    if (leases.size > 0) await renew(client, leases);
  });
  direct.onHeartbeat((client) => renew(client, leases));

  const store: RunnerStore = {
    async register() {
      const runner = randomInt(1, 2 ** 31 - 1);
      await connections.query({ text: "INSERT INTO runners (id) VALUES ($1)", values: [runner] });
      const lease: Lease = { locked: false, onLost: new Set() };
      leases.set(runner, lease);
      const client = direct.current();
      if (client) await lock(client, runner, lease);
      return { runner, onLost: (listener) => void lease.onLost.add(listener) };
    },

    async appendChunks(runner, chunks) {
      if (chunks.length === 0) return;
      const told = chunks.map(({ userId, conversationId, ...chunk }) => {
        return { type: "chunks" as const, userId, conversationId, chunk };
      });
      const payloads = told.flatMap((notice) =>
        notices.encode(notice).map((text) => ({ text, turn: notice.chunk.turnId })),
      );
      await connections.relaxed({
        name: "turn-chunks",
        text: `WITH said AS MATERIALIZED (SELECT DISTINCT turn FROM append_turn_chunks($1, $2, $3, $4, $5) AS turn)
               SELECT count(pg_notify('${noticeChannel}', ordered.text)) FROM (
                 SELECT payload.text FROM said
                 JOIN unnest($6::uuid[], $7::text[]) WITH ORDINALITY AS payload (turn, text, place) USING (turn)
                 ORDER BY payload.place
               ) ordered`,
        values: [
          runner,
          chunks.map((chunk) => chunk.userId),
          chunks.map((chunk) => chunk.turnId),
          chunks.map((chunk) => chunk.seq),
          chunks.map((chunk) => JSON.stringify(chunk.events)),
          payloads.map((payload) => payload.turn),
          payloads.map((payload) => payload.text),
        ],
      });
      for (const notice of told) notices.deliverOwn(notice);
    },

    finishTurn: (turn, end) => finishTurn(connections, notices, turn, end),

    async sweep() {
      if (direct.connectedForMs() < settlingMs) return [];
      const { rows } = await connections.query<SweptRow>({ name: "sweep", text: "SELECT * FROM sweep_turns()" });
      const swept = rows.filter((row) => row.turn_id !== null);
      const turns = swept.map(({ user_id: userId, conversation_id: conversationId, turn_id: turnId }) => {
        return { userId, conversationId, turnId };
      });
      for (const turn of turns) notices.publish({ type: "turn-ended", ...turn, status: "interrupted" });
      // A process that died may have committed what it had no time to tell.
      if (rows.some((row) => row.dead_runners > 0)) notices.publish({ type: "lost" });
      return turns;
    },
  };

  async function resign(): Promise<void> {
    const ids = [...leases.keys()];
    leases.clear();
    if (ids.length > 0) await connections.query({ text: "DELETE FROM runners WHERE id = ANY ($1)", values: [ids] });
  }

  return { store, resign };
}

interface SweptRow {
  user_id: string;
  conversation_id: string;
  turn_id: string;
  dead_runners: number;
}

/** Shows that we live. Who was taken for dead registers again under the same number, and is told. */
async function renew(client: Client, leases: Map<number, Lease>): Promise<void> {
  const ids = [...leases.keys()];
  if (ids.length === 0) return void (await client.query("SELECT 1"));
  for (const [id, lease] of leases) if (!lease.locked) await lock(client, id, lease);
  const { rows } = await client.query<{ id: number; renewed: boolean }>(
    `INSERT INTO runners AS r (id) SELECT unnest($1::int[])
     ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp() RETURNING r.id, r.xmax <> 0 AS renewed`,
    [ids],
  );
  for (const { id, renewed } of rows) {
    if (!renewed) for (const listener of leases.get(id)?.onLost ?? []) listener();
  }
}

/** Fails while the server still believes in our connection before this one; the next heartbeat tries again. */
async function lock(client: Client, runner: number, lease: Lease): Promise<void> {
  const { rows } = await client.query<{ locked: boolean }>("SELECT pg_try_advisory_lock($1, $2) AS locked", [
    runnerLockClass,
    runner,
  ]);
  lease.locked = rows[0]?.locked ?? false;
}
