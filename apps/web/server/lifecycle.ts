import type { Logger } from "pino";

/** How long an orderly end may take; what is left then is cut off. */
const deadlineMs = 9_000;
/** How long a start that is under way may go on once the end has been asked for. */
const startGraceMs = 4_000;

/**
 * Ends the process in order: what was opened last is closed first. A signal may come many times, from npm and from the
 * process group alike; only the first one counts.
 */
export class Lifecycle {
  readonly #closers: { name: string; close: () => Promise<unknown> | unknown }[] = [];
  readonly #abort = new AbortController();
  readonly #log: Logger;
  #starting: Promise<unknown> = Promise.resolve();
  #exitCode = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Aborted when the process begins to end. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get ending(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Registers what to close; the last registered is the first closed. */
  onEnd(name: string, close: () => Promise<unknown> | unknown): void {
    this.#closers.push({ name, close });
  }

  /** Runs the start; if it fails, says why and ends with 1. */
  async run(start: () => Promise<void>, explain: (error: unknown) => string): Promise<void> {
    for (const name of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(name, () => this.end(0, name));
    process.on("uncaughtException", (error) => this.#crash(error, "uncaught exception"));
    process.on("unhandledRejection", (error) => this.#crash(error, "unhandled rejection"));
    const starting = Promise.resolve().then(start);
    this.#starting = starting.catch(() => undefined);
    try {
      await starting;
    } catch (error) {
      if (this.ending) return;
      this.#log.debug({ err: error }, "start failed");
      process.stderr.write(`Holdfast cannot start: ${explain(error)}\n`);
      this.end(1, "failed start");
    }
  }

  end(exitCode: number, reason: string): void {
    if (exitCode !== 0) this.#exitCode = exitCode;
    if (this.ending) return;
    this.#log.info({ reason }, "ending");
    this.#abort.abort();
    setTimeout(() => {
      this.#log.error("the end took too long; what is left is cut off");
      process.exit(this.#exitCode || 1);
    }, deadlineMs).unref();
    void this.#closeAll().finally(() => process.exit(this.#exitCode));
  }

  async #closeAll(): Promise<void> {
    await Promise.race([this.#starting, new Promise((resolve) => setTimeout(resolve, startGraceMs).unref())]);
    for (let closer = this.#closers.pop(); closer; closer = this.#closers.pop()) {
      try {
        await closer.close();
      } catch (error) {
        this.#log.error({ err: error, closing: closer.name }, "closing failed");
      }
    }
  }

  #crash(error: unknown, kind: string): void {
    this.#log.fatal({ err: error }, kind);
    this.end(1, kind);
  }
}
