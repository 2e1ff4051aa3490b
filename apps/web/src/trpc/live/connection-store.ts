/** "online" also before the first connection: nothing is wrong until it has been for a while. */
export type Connection = "online" | "reconnecting" | "offline";

/** A loss that is over before anybody reads of it is not worth a word. */
const quietMs = 1_500;

export class ConnectionStore {
  readonly #listeners = new Set<() => void>();
  #connection: Connection = "online";
  #connected: boolean | null = null;
  #isSendingHeld = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly get = (): Connection => this.#connection;

  readonly subscribe = (listener: () => void): (() => void) => {
    if (this.#listeners.size === 0) this.#listenToBrowser("addEventListener");
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#listenToBrowser("removeEventListener");
    };
  };

  setConnected(connected: boolean): void {
    this.#connected = connected;
    this.#update();
  }

  /** A server that keeps the feed open may still be unable to take what is sent. */
  setSendingHeld(isHeld: boolean): void {
    this.#isSendingHeld = isHeld;
    this.#update();
  }

  /** Nobody is signed in: there is no connection to lose. */
  reset(): void {
    this.#connected = null;
    this.#update();
  }

  readonly #update = (): void => {
    if (navigator.onLine === false) this.#set("offline");
    else if (this.#connected !== false && !this.#isSendingHeld) this.#set("online");
    else if (this.#connection !== "online") this.#set("reconnecting");
    // Counted from the loss: the tries that fail meanwhile do not begin it anew.
    else this.#timer ??= setTimeout(() => this.#set("reconnecting"), quietMs);
  };

  #set(connection: Connection): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (connection === this.#connection) return;
    this.#connection = connection;
    for (const listener of this.#listeners) listener();
  }

  #listenToBrowser(method: "addEventListener" | "removeEventListener"): void {
    window[method]("online", this.#update);
    window[method]("offline", this.#update);
    if (method === "addEventListener") this.#update();
  }
}
