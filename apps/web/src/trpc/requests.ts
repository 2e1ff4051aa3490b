type Fetch = (...request: Parameters<typeof fetch>) => Promise<Response>;

const patienceMs = 2000;

/** Lets requests through, except while something is done that would have them refused. */
export class Requests {
  readonly #fetch: Fetch;
  readonly #underWay = new Set<Promise<unknown>>();
  #exclusion: Promise<void> | null = null;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  get areHeld(): boolean {
    return this.#exclusion !== null;
  }

  readonly send: Fetch = async (...request) => {
    while (this.#exclusion !== null) await this.#exclusion;
    const answer = this.#fetch(...request);
    this.#underWay.add(answer);
    return answer.finally(() => this.#underWay.delete(answer));
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
