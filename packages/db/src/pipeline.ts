import { Query, type QueryResult } from "pg";
import utils from "pg/lib/utils.js";

/** A fixed statement. With a name it is prepared once for each connection. */
export interface Statement {
  name?: string;
  text: string;
  values?: unknown[];
}

/**
 * Several statements in one transaction and one round trip. In PostgreSQL's extended protocol what stands between two Sync
 * messages is one transaction, without BEGIN and COMMIT (PostgreSQL, "Message Flow: Pipelining"): one answer to wait for instead of
 * one for each, and nothing to roll back, for the server does so where one of them fails.
 *
 * `pg` runs one statement a query; this is a query to it, and keeps its record of what is prepared on a connection.
 */
export class Pipeline extends Query {
  /** What `pg` calls with all results, in the order of the statements. */
  callback: (error: Error | null, results?: QueryResult[]) => void;
  readonly query_timeout: number;
  private readonly statements: readonly Statement[];
  private preparing: string[] = [];

  /** Of at least two statements: `pg` gives a single result without its list. */
  constructor(statements: readonly Statement[], timeoutMs: number, callback: Pipeline["callback"]) {
    super({ text: "", queryMode: "extended" } as { text: string }); // the mode is not in pg's types
    this.statements = statements;
    this.query_timeout = timeoutMs;
    this.callback = callback;
  }

  /** Called by `pg`, which writes all that is sent here at once. */
  prepare(connection: ExtendedProtocol): void {
    const bound = this.statements.map(({ values = [] }) => values.map((value) => utils.prepareValue(value))); // may throw, so before all
    for (const [index, statement] of this.statements.entries()) {
      this.parse(connection, statement);
      connection.bind({ portal: "", statement: statement.name, values: bound[index] ?? [] });
      connection.describe({ type: "P", name: "" });
      connection.execute({ portal: "" });
    }
    connection.sync();
  }

  handleError(error: Error, connection: ExtendedProtocol): void {
    // Which of them were prepared before the failure is not known; closing one that was not is no error.
    for (const name of this.preparing) {
      delete connection.parsedStatements[name];
      connection.close({ type: "S", name });
    }
    this.preparing = [];
    this.callback(error);
  }

  private parse(connection: ExtendedProtocol, { name, text }: Statement): void {
    if (name !== undefined && connection.parsedStatements[name] === text) return;
    connection.parse({ text, ...(name !== undefined && { name }) });
    if (name === undefined) return;
    connection.parsedStatements[name] = text;
    this.preparing.push(name);
  }
}

/** Of `pg`'s connection, what its own queries use. */
interface ExtendedProtocol {
  /** The texts of the prepared statements by their names. */
  parsedStatements: Record<string, string>;
  parse(message: { name?: string; text: string }): void;
  bind(message: { portal: string; statement: string | undefined; values: unknown[] }): void;
  describe(message: { type: "P"; name: string }): void;
  execute(message: { portal: string }): void;
  close(message: { type: "S"; name: string }): void;
  sync(): void;
}
