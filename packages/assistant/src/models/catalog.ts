import { TimeLimit } from "../time-limit.ts";
import type { Log } from "../types.ts";
import type { ModelSource } from "./source.ts";

const askWithinMs = 3_000;
const freshMs = 5 * 60_000;
/** After a failure, and before asking again for an id that is not in the list. */
const askAgainMs = 10_000;

/**
 * What one source offers now. Only the very first answer is waited for: after that the last known list is
 * given at once, and a new one asked for behind it, so that a server that hangs slows nobody down.
 */
export class ModelCatalog {
  readonly source: ModelSource;
  readonly #log: Log;
  readonly #closed = new AbortController();
  #known: string[] | null = null;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | null = null;
  #isFirst = true;

  constructor(source: ModelSource, log: Log) {
    this.source = source;
    this.#log = log;
  }

  async ids(): Promise<string[]> {
    if (this.#age() > (this.#known === null ? askAgainMs : freshMs)) {
      const asking = this.#ask();
      if (this.#isFirst) await asking;
    } else if (this.#isFirst) {
      await this.#asking;
    }
    return this.#known ?? [];
  }

  /** A model that appeared since the last answer is found; while the server has never answered, every id is given the benefit of the doubt. */
  async has(id: string): Promise<boolean> {
    const ids = await this.ids();
    if (ids.includes(id)) return true;
    if (this.#age() > askAgainMs) await this.#ask();
    return this.#known === null || this.#known.includes(id);
  }

  close(): void {
    this.#closed.abort();
  }

  #age(): number {
    return performance.now() - this.#askedAt;
  }

  #ask(): Promise<void> {
    this.#askedAt = performance.now();
    this.#asking ??= this.#load().finally(() => {
      this.#asking = null;
      this.#isFirst = false;
    });
    return this.#asking;
  }

  async #load(): Promise<void> {
    const time = new TimeLimit(askWithinMs, () => new Error("No list of models in time"), this.#closed.signal);
    try {
      this.#known = await this.source.ids(time.signal);
    } catch (error) {
      if (!this.#closed.signal.aborted)
        this.#log.warn({ provider: this.source.prefix, err: error }, "The models could not be listed");
    } finally {
      time.end();
    }
  }
}
