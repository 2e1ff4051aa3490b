import type { ConversationSummary, TurnView } from "@holdfast/contract";
import { backoffMs } from "@/trpc/live/backoff";
import { toSendFailure } from "./send-outcome";

/** What was sent and is not known to have arrived. */
export interface Sending {
  turnId: string;
  /** The account that it was sent from; null for a visitor or a guest, who may have signed in since. */
  ownerId: string | null;
  /** Null where the send makes the conversation. */
  conversationId: string | null;
  text: string;
  model: string | null;
  at: number;
  /** "waiting": the last attempt did not arrive; it goes again by itself. */
  state: "sending" | "waiting";
  /** Stop was pressed before the server had it. */
  stopped: boolean;
}

export interface Refusal {
  words: string;
  signedOut: boolean;
}

export interface OutboxOptions {
  /** Starts the turn; idempotent by its id, so that an attempt whose answer was lost can be made again. */
  start(sending: Sending, signal: AbortSignal): Promise<{ conversation: ConversationSummary; turn: TurnView }>;
  onStarted(sending: Sending, started: { conversation: ConversationSummary; turn: TurnView }): void;
  onRefused(sending: Sending, refusal: Refusal): void;
  /** It was stopped, and goes no more; whether the server has it may not be known. */
  onTakenBack(sending: Sending): void;
  /** Survives a refresh; null where there is no storage. */
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> | null;
  storageKey: string;
  isOnline(): boolean;
}

const attemptMs = 20_000;
const keptMs = 24 * 60 * 60_000;

/** Sends until it has arrived or was refused, in the background and across refreshes. Immutable snapshots for React. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #listeners = new Set<() => void>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #attempts = new Map<string, { failures: number; controller: AbortController | null }>();
  #sendings: readonly Sending[] = [];

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  readonly get = (): readonly Sending[] => this.#sendings;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes up what a refresh or a crash has left; not what another account of this browser has: it is not this one's to say. */
  resume(ownerId: string | null): void {
    for (const sending of this.#readStored()) {
      const isAnothers = sending.ownerId !== null && ownerId !== null && sending.ownerId !== ownerId;
      if (isAnothers || this.#find(sending.turnId)) continue;
      if (sending.stopped) this.#options.onTakenBack(sending);
      else this.send(sending);
    }
  }

  send(sending: Omit<Sending, "state" | "stopped">): void {
    if (this.#find(sending.turnId)) return;
    this.#set([...this.#sendings, { ...sending, state: "sending", stopped: false }]);
    this.#attempts.set(sending.turnId, { failures: 0, controller: null });
    void this.#attempt(sending.turnId);
  }

  /** What waits is taken back; what is under way is to be stopped when it has begun, and is taken back if it does not arrive. False for neither. */
  stop(turnId: string): boolean {
    const sending = this.#find(turnId);
    if (sending?.state === "sending") this.#change(turnId, { stopped: true });
    else if (sending) this.#takeBack(sending);
    return sending !== undefined;
  }

  /** The network is back: what waits goes now. */
  retryNow(): void {
    for (const { turnId, state } of this.#sendings) if (state === "waiting") void this.#attempt(turnId);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const { controller } of this.#attempts.values()) controller?.abort();
    this.#timers.clear();
  }

  async #attempt(turnId: string): Promise<void> {
    clearTimeout(this.#timers.get(turnId));
    const sending = this.#find(turnId);
    const attempt = this.#attempts.get(turnId);
    if (!sending || !attempt || attempt.controller) return;
    if (!this.#options.isOnline()) {
      this.#change(turnId, { state: "waiting" });
      return;
    }
    const controller = new AbortController();
    attempt.controller = controller;
    const timeout = setTimeout(() => controller.abort(), attemptMs);
    try {
      const started = await this.#options.start(sending, controller.signal);
      const latest = this.#find(turnId) ?? sending;
      this.#remove(turnId);
      this.#options.onStarted(latest, started);
      this.#announce();
    } catch (error) {
      attempt.controller = null;
      this.#fail(turnId, attempt, error);
    } finally {
      clearTimeout(timeout);
    }
  }

  #fail(turnId: string, attempt: { failures: number }, error: unknown): void {
    const sending = this.#find(turnId);
    if (!sending) return;
    const failure = toSendFailure(error);
    if (failure.type === "refused") {
      this.#forget(turnId);
      this.#options.onRefused(sending, failure);
      return;
    }
    if (sending.stopped) {
      this.#takeBack(sending);
      return;
    }
    attempt.failures++;
    this.#change(turnId, { state: "waiting" });
    this.#timers.set(
      turnId,
      setTimeout(() => void this.#attempt(turnId), backoffMs(attempt.failures)),
    );
  }

  #find(turnId: string): Sending | undefined {
    return this.#sendings.find((one) => one.turnId === turnId);
  }

  #change(turnId: string, change: Partial<Sending>): void {
    this.#set(this.#sendings.map((one) => (one.turnId === turnId ? { ...one, ...change } : one)));
  }

  /** Without a word to the listeners: what replaces it comes in the same breath. */
  #remove(turnId: string): void {
    clearTimeout(this.#timers.get(turnId));
    this.#attempts.delete(turnId);
    this.#sendings = this.#sendings.filter((one) => one.turnId !== turnId);
    this.#store();
  }

  #forget(turnId: string): void {
    this.#remove(turnId);
    this.#announce();
  }

  #takeBack(sending: Sending): void {
    this.#forget(sending.turnId);
    this.#options.onTakenBack(sending);
  }

  #set(sendings: readonly Sending[]): void {
    this.#sendings = sendings;
    this.#store();
    this.#announce();
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }

  #store(): void {
    const { storage, storageKey } = this.#options;
    try {
      if (this.#sendings.length === 0) storage?.removeItem(storageKey);
      else storage?.setItem(storageKey, JSON.stringify(this.#sendings));
    } catch {
      // It is still sent from here; only a refresh could lose it.
    }
  }

  #readStored(): Sending[] {
    try {
      const stored: unknown = JSON.parse(this.#options.storage?.getItem(this.#options.storageKey) ?? "[]");
      if (!Array.isArray(stored)) return [];
      return (stored as Sending[]).filter((one) => Date.now() - one.at < keptMs); // written by this class alone
    } catch {
      return [];
    }
  }
}
