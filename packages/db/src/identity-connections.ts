import { Pool, type QueryResultRow } from "pg";
import { breaksConnection, translateError, UnavailableError } from "./errors.ts";
import type { Statement } from "./pipeline.ts";
import { PooledClient, timeLeft, withPooledClient } from "./pooled-client.ts";
import type { IdentityPool } from "./types.ts";

const mostConnections = 8;
/** Waiting for a connection and for the answer together. */
const answerTimeoutMs = 4_000;

/** The connections of Better Auth's role: for Better Auth itself, and for what we ask of people and their sessions beside it. */
export class IdentityConnections {
  private readonly pool: Pool;
  private readonly prepare: boolean;
  private failedAt = Number.NEGATIVE_INFINITY;

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

  /**
   * Better Auth says of a database that does not answer only that something went wrong, and puts a connection back whatever
   * has happened to it. So this remembers the first, and does not take the second.
   */
  forBetterAuth(): IdentityPool {
    const { pool } = this;
    return {
      options: pool.options,
      connect: async () => {
        const client = await this.noting(pool.connect());
        let isBroken = false;
        return {
          query: (text, values) =>
            this.noting(client.query(text, [...values])).catch((error) => {
              isBroken ||= breaksConnection(error);
              throw error;
            }),
          release: (destroy = false) => client.release(destroy || isBroken),
        };
      },
      end: () => pool.end(),
    };
  }

  /** Whether the database has not answered Better Auth, in time or at all, since this `performance.now()`. */
  hasFailedSince(time: number): boolean {
    return this.failedAt >= time;
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

  private async noting<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (translateError(error) instanceof UnavailableError) this.failedAt = performance.now();
      throw error;
    }
  }
}
