import { Pool, type QueryResultRow } from "pg";
import type { Statement } from "./pipeline.ts";
import { PooledClient, timeLeft, withPooledClient } from "./pooled-client.ts";

const mostConnections = 8;
/** Waiting for a connection and for the answer together. */
const answerTimeoutMs = 4_000;

/** The pool of Better Auth's role: for Better Auth itself, and for what we ask of people and their sessions beside it. */
export class IdentityConnections {
  readonly pool: Pool;
  private readonly prepare: boolean;

  /** With `prepare: false` no statement is prepared under a name, which a pooler in transaction mode would lose. */
  constructor(url: string, { prepare }: { prepare: boolean }) {
    this.prepare = prepare;
    this.pool = new Pool({
      connectionString: url,
      max: mostConnections,
      connectionTimeoutMillis: answerTimeoutMs - 1_000,
      query_timeout: answerTimeoutMs,
      application_name: "holdfast-auth",
      Client: PooledClient,
    });
    this.pool.on("error", () => {}); // an idle connection broke: the pool has dropped it already
  }

  /** One statement, and so one transaction; run again where it met another that touched the same rows. */
  async query<Row extends QueryResultRow>(statement: Statement, timeoutMs = answerTimeoutMs): Promise<Row[]> {
    const deadline = performance.now() + timeoutMs;
    const { name, ...unnamed } = statement;
    const sent = this.prepare && name ? statement : unnamed;
    return withPooledClient(this.pool, async (client) => {
      const timed: Statement & { query_timeout: number } = { ...sent, query_timeout: timeLeft(deadline) }; // pg's types lack the option
      return (await client.query<Row>(timed)).rows;
    });
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}
