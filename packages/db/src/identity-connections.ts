import { Pool, type PoolClient, type QueryResultRow } from "pg";
import { breaksConnection, isTransient, translateError } from "./errors.ts";
import type { Statement } from "./pipeline.ts";

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
    });
    this.pool.on("error", () => {}); // an idle connection broke: the pool has dropped it already
    // One may also break while it changes hands and nobody listens. Whoever has it learns of it by the next query.
    this.pool.on("connect", (client) => client.on("error", () => {}));
  }

  /** One statement, and so one transaction; run again where it met another that touched the same rows. */
  async query<Row extends QueryResultRow>(statement: Statement, timeoutMs = answerTimeoutMs): Promise<Row[]> {
    const deadline = performance.now() + timeoutMs;
    const { name, ...unnamed } = statement;
    const sent = this.prepare && name ? statement : unnamed;
    for (let attempt = 1; ; attempt++) {
      let client: PoolClient | undefined;
      let failure: unknown;
      try {
        client = await this.pool.connect();
        const query_timeout = Math.max(200, Math.ceil(deadline - performance.now()));
        const timed: Statement & { query_timeout: number } = { ...sent, query_timeout }; // pg's types lack the option
        return (await client.query<Row>(timed)).rows;
      } catch (error) {
        failure = error;
        if (!isTransient(error) || attempt === 5) throw translateError(error);
      } finally {
        client?.release(failure !== undefined && breaksConnection(failure));
      }
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}
