import { setTimeout as delay } from "node:timers/promises";
import { type RunnerStore, UnavailableError } from "@holdfast/db";
import type { Log } from "../api.ts";

/** The number under which this process runs turns. When it is lost, another is taken as soon as the database answers. */
export interface RunnerLease {
  /** Null between a loss and the next one. */
  current(): number | null;
  /** Throws `UnavailableError` where there is none. */
  require(): number;
  close(): void;
}

export async function takeRunnerLease(options: {
  runners: Pick<RunnerStore, "register">;
  onLost(runner: number): void;
  retryMs: number;
  log: Log;
}): Promise<RunnerLease> {
  let current: number | null = null;
  let closed = false;

  async function take(): Promise<void> {
    const lease = await options.runners.register();
    current = lease.runner;
    lease.onLost(() => {
      if (current !== lease.runner || closed) return;
      current = null;
      options.log.warn({ runner: lease.runner }, "lost the lease on running turns");
      options.onLost(lease.runner);
      void retake(); // it ends by itself, and logs
    });
  }

  async function retake(): Promise<void> {
    while (current === null && !closed) {
      try {
        await take();
      } catch (error) {
        if (!(error instanceof UnavailableError)) options.log.error({ err: error }, "cannot register as a runner");
        await delay(options.retryMs);
      }
    }
  }

  await take();
  return {
    current: () => current,
    require() {
      if (current === null) throw new UnavailableError("no lease on running turns");
      return current;
    },
    close() {
      closed = true;
    },
  };
}
