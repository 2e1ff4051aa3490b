import { Connection } from "./connection.ts";

export interface LoadResult {
  operations: number;
  seconds: number;
  latenciesMs: number[];
}

/** `connections` clients, each sending its next request when the last is answered, until the time is over. */
export async function closedLoop(options: {
  port: number;
  connections: number;
  durationMs: number;
  /** The n-th request as it goes over the wire. */
  request(n: number): string;
}): Promise<LoadResult> {
  const latenciesMs: number[] = [];
  const startedAt = performance.now();
  const endsAt = startedAt + options.durationMs;
  let sent = 0;
  await Promise.all(
    Array.from({ length: options.connections }, async () => {
      const connection = new Connection(options.port);
      while (performance.now() < endsAt) {
        const sentAt = performance.now();
        const answer = await connection.exchange(options.request(sent++));
        if (answer.status >= 300) throw new Error(`A measured request was answered with ${answer.status}`);
        latenciesMs.push(performance.now() - sentAt);
      }
      connection.close();
    }),
  );
  return { operations: latenciesMs.length, seconds: (performance.now() - startedAt) / 1000, latenciesMs };
}

/** The same without HTTP: `concurrency` callers of `operation`. */
export async function closedLoopOf(options: {
  concurrency: number;
  durationMs: number;
  operation(n: number): Promise<unknown>;
}): Promise<LoadResult> {
  const latenciesMs: number[] = [];
  const startedAt = performance.now();
  const endsAt = startedAt + options.durationMs;
  let begun = 0;
  await Promise.all(
    Array.from({ length: options.concurrency }, async () => {
      while (performance.now() < endsAt) {
        const begunAt = performance.now();
        await options.operation(begun++);
        latenciesMs.push(performance.now() - begunAt);
      }
    }),
  );
  return { operations: latenciesMs.length, seconds: (performance.now() - startedAt) / 1000, latenciesMs };
}
