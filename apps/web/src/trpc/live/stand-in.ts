import type { FeedOptions } from "./feed";

/** A stream that begins as it should is here before. */
const patienceMs = 3_000;
const pauseMs = { answering: 2_000, idle: 10_000 };

/** Asks for what a stream would tell, as long as there is none: an answer then comes in steps. */
export class StandIn {
  readonly #options: FeedOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #serves = false;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** Whether it was answered the last time it asked. */
  get serves(): boolean {
    return this.#serves;
  }

  /** Does nothing if it has begun already. */
  begin(): void {
    if (this.#timer === undefined) this.#askAfter(patienceMs);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#serves = false;
  }

  #askAfter(delayMs: number): void {
    const { readSnapshot, isAnswering, onConnected, onEvent } = this.#options;
    const ask = async () => {
      const snapshot = await readSnapshot().catch(() => null);
      if (this.#timer !== timer) return; // ended meanwhile
      this.#serves = snapshot !== null;
      onConnected(this.#serves);
      if (snapshot) onEvent(snapshot);
      this.#askAfter(isAnswering() ? pauseMs.answering : pauseMs.idle);
    };
    const timer = setTimeout(() => void ask(), delayMs); // it never rejects
    this.#timer = timer;
  }
}
