import { setMaxListeners } from "node:events";

/**
 * A signal that aborts with its parent, or when the time is up. Unlike `AbortSignal.any` it lets go of the parent
 * at `end()`, so that a long-lived one gathers no listeners; and `AbortSignal.timeout` within one never aborts in Node 20
 * once garbage was collected meanwhile.
 */
export class TimeLimit {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #parent: AbortSignal;
  readonly #follow = () => this.#controller.abort(this.#parent.reason);

  constructor(limitMs: number, reason: (limitMs: number) => Error, parent: AbortSignal) {
    this.#parent = parent;
    // One for each call that runs at the time; Node would take more than ten for a leak.
    setMaxListeners(0, this.#controller.signal);
    this.#timer = setTimeout(() => this.#controller.abort(reason(limitMs)), limitMs);
    if (parent.aborted) this.#follow();
    else parent.addEventListener("abort", this.#follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Gives the whole time again. */
  restart(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#parent.removeEventListener("abort", this.#follow);
  }
}

/** Settles like `work`, or rejects with the signal's reason as soon as it aborts, whatever `work` does. */
export function orAborted<T>(work: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    // Held in any case: a rejection that nobody holds ends the process.
    Promise.resolve(work)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", abort));
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}
