import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, Connection } from "./connection.ts";

export interface Operation {
  name: string;
  request: string;
  /** Called with what was answered; what it throws, or a status of 300 and more, counts as a failure. */
  onAnswer?(answer: Answer, sentAt: number): void;
}

export interface Outcome {
  name: string;
  /** Seconds since the load began. */
  at: number;
  /** From the moment at which it was due, so that waiting in line counts. */
  latencyMs: number;
  failure: string | null;
}

/**
 * Sends `perSecond` operations a second, whether or not those before have been answered: slow answers do not
 * slow the asking down, as they do not with people.
 */
export async function mixedLoad(options: {
  port: number;
  perSecond: number;
  durationMs: number;
  next(n: number): Operation;
}): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const idle: Connection[] = [];
  const running = new Set<Promise<void>>();
  const startedAt = performance.now();
  const total = Math.floor((options.perSecond * options.durationMs) / 1000);
  for (let n = 0; n < total; n++) {
    const dueAt = startedAt + (n * 1000) / options.perSecond;
    const waitMs = dueAt - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    const operation = options.next(n);
    const one = perform(operation, dueAt).then((failure) => {
      const latencyMs = performance.now() - dueAt;
      outcomes.push({ name: operation.name, at: (dueAt - startedAt) / 1000, latencyMs, failure });
      running.delete(one);
    });
    running.add(one);
  }
  await Promise.all(running);
  for (const connection of idle) connection.close();
  return outcomes;

  async function perform(operation: Operation, sentAt: number): Promise<string | null> {
    const connection = idle.pop() ?? new Connection(options.port, { keepBodies: true });
    try {
      const answer = await connection.exchange(operation.request);
      idle.push(connection);
      if (answer.status >= 300) return `${answer.status} ${answer.body.slice(0, 200)}`;
      operation.onAnswer?.(answer, sentAt);
      return null;
    } catch (error) {
      connection.close();
      return String(error);
    }
  }
}
