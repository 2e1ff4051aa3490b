import { Pool, type PoolClient, type QueryResult, type QueryResultRow } from "pg";
import { DataSource, type EntityManager } from "typeorm";
import type { PostgresDriver } from "typeorm/driver/postgres/PostgresDriver.js";
import { entities } from "./entities/index.ts";
import { breaksConnection, isRefusedLogin, translateError } from "./errors.ts";
import { isUuid } from "./ids.ts";
import { Pipeline, type Statement } from "./pipeline.ts";
import { PooledClient, timeLeft, withPooledClient } from "./pooled-client.ts";
import { typeParsers } from "./rows.ts";

export interface Transaction {
  query<Row extends QueryResultRow>(statement: Statement): Promise<QueryResult<Row>>;
}

/** Waiting for a connection and for the answer together. */
const answerTimeoutMs = 4_500;
const longTimeoutMs = 120_000;
/** A read is done long before a commit is on the disk, so that fewer do. */
const readersForEachWriter = 0.6;

/**
 * The connections of the application's role. All that is anybody's runs in a transaction that names them. Who reads has
 * connections of their own: a commit waits for the disk, and where all connections do that, nobody would see even a list.
 */
export class Connections {
  private readonly writers: Pool;
  private readonly readers: Pool;
  private readonly dataSource: DataSource;
  private readonly prepare: boolean;
  private readonly url: string;
  private isRefused = false;

  private constructor(dataSource: DataSource, readers: Pool, { url, prepare }: { url: string; prepare: boolean }) {
    this.dataSource = dataSource;
    this.prepare = prepare;
    this.url = url;
    this.writers = (dataSource.driver as PostgresDriver).master; // this package opens no other kind
    this.readers = readers;
  }

  /** With `prepare: false` no statement is prepared under a name, which a pooler in transaction mode would lose. */
  static async open(url: string, { poolSize, prepare }: { poolSize: number; prepare: boolean }): Promise<Connections> {
    const config = {
      connectionTimeoutMillis: answerTimeoutMs - 500,
      query_timeout: answerTimeoutMs,
      idleTimeoutMillis: 60_000,
      keepAlive: true,
      pipeline: true,
      types: typeParsers,
      application_name: "holdfast",
      Client: PooledClient,
    };
    const dataSource = new DataSource({
      type: "postgres",
      url,
      entities,
      installExtensions: false,
      uuidExtension: "pgcrypto",
      logging: false,
      poolErrorHandler: () => {}, // an idle connection broke: the pool has dropped it already
      extra: { ...config, max: poolSize },
    });
    const readers = new Pool({ ...config, connectionString: url, max: Math.ceil(poolSize * readersForEachWriter) });
    readers.on("error", () => {}); // the same
    await dataSource.initialize();
    return new Connections(dataSource, readers, { url, prepare });
  }

  /** Statements that change nothing, otherwise like `write`. */
  async read<Row extends QueryResultRow>(userId: string, ...statements: Statement[]): Promise<QueryResult<Row>[]> {
    assertUuid(userId);
    return this.pipelined(this.readers, settingStatement("app.user_id", userId), statements);
  }

  /**
   * The statements in one transaction for one user, sent in one round trip: none of them can wait for another's result.
   * The first error is thrown, and then nothing is changed.
   */
  async write<Row extends QueryResultRow>(userId: string, ...statements: Statement[]): Promise<QueryResult<Row>[]> {
    assertUuid(userId);
    return this.pipelined(this.writers, settingStatement("app.user_id", userId), statements);
  }

  /** The same for nobody, whom row-level security shows nothing, and answered before it is on the disk: a crash may lose it. */
  async relaxed<Row extends QueryResultRow>(...statements: Statement[]): Promise<QueryResult<Row>[]> {
    return this.pipelined(this.writers, settingStatement("synchronous_commit", "off"), statements);
  }

  /** One statement that is nobody's, needs no transaction, and changes next to nothing. */
  async query<Row extends QueryResultRow>(
    statement: Statement,
    timeoutMs = answerTimeoutMs,
  ): Promise<QueryResult<Row>> {
    return this.withClient(this.readers, timeoutMs, (client) => client.query<Row>(statement));
  }

  /** A transaction for one user whose later statements depend on the earlier ones. Run again after a deadlock. */
  async transaction<T>(
    userId: string,
    work: (transaction: Transaction) => Promise<T>,
    { long = false } = {},
  ): Promise<T> {
    return this.withClient(this.writers, long ? longTimeoutMs : answerTimeoutMs, async (client) => {
      const begun = client.query(beginFor(userId));
      try {
        const [result] = await Promise.all([work(client), begun]);
        await client.query({ text: "commit" });
        return result;
      } catch (error) {
        await begun.catch(() => {}); // it is the same failure
        if (!breaksConnection(error)) await client.query({ text: "rollback" });
        throw error;
      }
    });
  }

  /** For ordinary work through TypeORM. Entities stay inside this package. */
  async withUser<T>(userId: string, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    assertUuid(userId);
    try {
      return await this.dataSource.transaction(async (manager) => {
        await manager.query("SELECT set_config('app.user_id', $1, true)", [userId]);
        return work(manager);
      });
    } catch (error) {
      throw this.noting(translateError(error));
    }
  }

  /** Whether it answers. Once a connection was refused, those that were open before are no proof: a new one is. */
  async isReady(timeoutMs: number): Promise<boolean> {
    try {
      if (this.isRefused) await this.connectAnew(timeoutMs);
      else await this.query({ text: "SELECT 1" }, timeoutMs);
      return true;
    } catch {
      return false;
    }
  }

  stats(): { total: number; idle: number; waiting: number } {
    const [{ totalCount, idleCount, waitingCount }, readers] = [this.writers, this.readers];
    return {
      total: totalCount + readers.totalCount,
      idle: idleCount + readers.idleCount,
      waiting: waitingCount + readers.waitingCount,
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.dataSource.destroy(), this.readers.end()]);
  }

  private async pipelined<Row extends QueryResultRow>(
    pool: Pool,
    setting: Statement,
    statements: Statement[],
  ): Promise<QueryResult<Row>[]> {
    const sent = [setting, ...statements];
    const [, ...results] = await this.withClient(pool, answerTimeoutMs, (client) => client.pipeline(sent));
    return results as QueryResult<Row>[]; // whoever writes a statement knows its columns
  }

  private withClient<T>(pool: Pool, timeoutMs: number, work: (client: TimedClient) => Promise<T>): Promise<T> {
    const deadline = performance.now() + timeoutMs;
    return withPooledClient(pool, (client) => work(new TimedClient(client, deadline, this.prepare))).catch((error) => {
      throw this.noting(error);
    });
  }

  private noting(error: unknown): unknown {
    this.isRefused ||= isRefusedLogin(error);
    return error;
  }

  private async connectAnew(connectionTimeoutMillis: number): Promise<void> {
    const client = new PooledClient({ connectionString: this.url, connectionTimeoutMillis });
    await client.connect();
    this.isRefused = false;
    await client.end();
  }
}

/** Gives each query what is left of the time, so that an operation ends in time whatever it waited for. */
class TimedClient implements Transaction {
  private readonly client: PoolClient;
  private readonly deadline: number;
  private readonly prepare: boolean;

  constructor(client: PoolClient, deadline: number, prepare: boolean) {
    this.client = client;
    this.deadline = deadline;
    this.prepare = prepare;
  }

  pipeline(statements: Statement[]): Promise<QueryResult[]> {
    const sent = this.prepare ? statements : statements.map(({ text, values = [] }) => ({ text, values }));
    return new Promise((resolve, reject) => {
      const conclude = (error: Error | null, results: QueryResult[] = []) => (error ? reject(error) : resolve(results));
      this.client.query(new Pipeline(sent, timeLeft(this.deadline), conclude));
    });
  }

  query<Row extends QueryResultRow>(statement: Statement | string): Promise<QueryResult<Row>> {
    const config = typeof statement === "string" ? { text: statement } : statement;
    const timed: Statement & { query_timeout: number } = { ...config, query_timeout: timeLeft(this.deadline) }; // pg's types lack the option
    if (!this.prepare) delete timed.name;
    return this.client.query<Row>(timed);
  }
}

/** For the transaction that it stands in. It has no row, which nobody would read. */
function settingStatement(name: "app.user_id" | "synchronous_commit", value: string): Statement {
  return { name: `set ${name}`, text: `SELECT WHERE set_config('${name}', $1, true) IS NULL`, values: [value] };
}

/** One message of the simple protocol instead of two statements. The id is checked, for it is part of the text. */
function beginFor(userId: string): string {
  assertUuid(userId);
  return `begin; set local app.user_id = '${userId}'`;
}

function assertUuid(userId: string): void {
  if (!isUuid(userId)) throw new TypeError("A user's id must be a UUID.");
}
