import { Client, type ClientConfig, type Pool, type PoolClient } from "pg";
import { breaksConnection, isTransient, translateError } from "./errors.ts";

/** May break at any moment, also while it changes hands and nobody listens. Whoever has it learns of it by the next query. */
export class PooledClient extends Client {
  constructor(config?: ClientConfig) {
    super(config);
    this.on("error", () => {});
  }
}

/** Works with a connection of the pool; again where the work met another that touched the same rows. What broke goes back broken. */
export async function withPooledClient<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    let client: PoolClient | undefined;
    let failure: unknown;
    try {
      client = await pool.connect();
      return await work(client);
    } catch (error) {
      failure = error;
      if (!isTransient(error) || attempt === 5) throw translateError(error);
    } finally {
      client?.release(failure !== undefined && breaksConnection(failure));
    }
  }
}

/** What is left of the time for an operation, in milliseconds; a moment at least, in which an answer that is there is read. */
export function timeLeft(deadline: number): number {
  return Math.max(200, Math.ceil(deadline - performance.now()));
}
