type Fetch = (...request: Parameters<typeof fetch>) => Promise<Response>;

const patienceMs = 2000;

/** Of bodies that outlive the page: half of the 64 KiB that browsers allow, which they count for a little longer. */
const outlivingBytes = 32 * 1024;

/**
 * Lets requests through, except while something is done that would have them refused.
 * What changes something arrives even if the page goes meanwhile, unless it is too large for that.
 */
export class Requests {
  readonly #fetch: Fetch;
  readonly #underWay = new Set<Promise<unknown>>();
  /**
   * Whom the page shows: nobody else is to be made by what it sends, or changed. Null for visitors; in the chat also for
   * guests, who may begin anew there, or sign in elsewhere.
   */
  shownId: string | null = null;
  /** Told where the server knows nobody by what the browser sends, as when its cookies were cleared while the page is open. */
  onUnauthorized: (() => void) | null = null;
  #exclusion: Promise<void> | null = null;
  #bytesOutliving = 0;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  get areHeld(): boolean {
    return this.#exclusion !== null;
  }

  readonly send: Fetch = async (input, init) => {
    while (this.#exclusion !== null) await this.#exclusion;
    const bytes = typeof init?.body === "string" ? new TextEncoder().encode(init.body).length : 0;
    // A browser refuses what is more than it allows, instead of sending it as any other.
    const outlives = bytes > 0 && this.#bytesOutliving + bytes <= outlivingBytes;
    if (outlives) this.#bytesOutliving += bytes;
    const answer = this.#fetch(input, outlives ? { ...init, keepalive: true } : init).then((response) => {
      if (response.status === 401) this.onUnauthorized?.();
      return response;
    });
    this.#underWay.add(answer);
    return answer.finally(() => {
      this.#underWay.delete(answer);
      if (outlives) this.#bytesOutliving -= bytes;
    });
  };

  /** Acts once what is under way has been answered, for at most two seconds; what is asked for meanwhile is sent when the act is over. */
  async without<Result>(act: () => Promise<Result>): Promise<Result> {
    let end = () => {};
    this.#exclusion = new Promise((resolve) => {
      end = resolve;
    });
    try {
      const patience = new Promise((resolve) => setTimeout(resolve, patienceMs));
      await Promise.race([Promise.allSettled(this.#underWay), patience]);
      return await act();
    } finally {
      this.#exclusion = null;
      end();
    }
  }
}

/** Of this page, to its server. */
export const requests = new Requests((...request) => fetch(...request));
