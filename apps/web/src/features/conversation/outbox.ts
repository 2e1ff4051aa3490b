import type { ConversationSummary, TurnView } from "@holdfast/contract";
import { backoffMs } from "@/trpc/live/backoff";
import type { Alone, OutboxStore } from "./outbox-store";
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
  /** "waiting": the last attempt did not arrive, or the server could not take it then; it goes again by itself. */
  state: "sending" | "waiting";
  /** Stop was pressed before the server had it. */
  stopped: boolean;
  /** A first message that New chat has left on its way: the page shows what is written now instead. */
  aside: boolean;
}

export interface Refusal {
  words: string;
  signedOut: boolean;
  /** Its conversation is not there any more. */
  isGone: boolean;
}

export interface OutboxOptions {
  /** Starts the turn; idempotent by its id, so that an attempt whose answer was lost can be made again. */
  start(sending: Sending, signal: AbortSignal): Promise<{ conversation: ConversationSummary; turn: TurnView }>;
  onStarted(sending: Sending, started: { conversation: ConversationSummary; turn: TurnView }): void;
  onRefused(sending: Sending, refusal: Refusal): void;
  /** It was stopped, and goes no more; whether the server has it may not be known. */
  onTakenBack(sending: Sending): void;
  store: OutboxStore;
  alone: Alone;
  isOnline(): boolean;
  /** Whether something is written here for a new conversation. */
  isWriting(): boolean;
}

const attemptMs = 20_000;
/** How long a server that answers, but cannot take it just now, is asked again: long enough for a restart or a failover. */
const putOffMs = 2 * 60_000;

interface Attempts {
  failures: number;
  /** Since when every answer was that the server cannot take it just now. */
  putOffSince: number | null;
  controller: AbortController | null;
}

/**
 * Sends until it has arrived or was refused, in the background and across refreshes; what a closed tab has left is taken
 * up by another. Immutable snapshots for React.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #listeners = new Set<() => void>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  /** What ends this page's turn at sending something. */
  readonly #ends = new Map<string, () => void>();
  /** What this page alone sends, so that it may be where others see it. */
  readonly #claimed = new Set<string>();
  /** What is sent by another page as long as that lives. */
  readonly #awaited = new Set<string>();
  readonly #attempts = new Map<string, Attempts>();
  #sendings: readonly Sending[] = [];
  #ownerId: string | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  readonly get = (): readonly Sending[] => this.#sendings;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes up what a refresh, a crash or another tab has left; not what an account has left that is not here: it is not this one's to say. */
  resume(ownerId: string | null): void {
    this.#ownerId = ownerId;
    for (const turnId of this.#options.store.turnIds()) {
      if (this.#find(turnId) || this.#awaited.has(turnId)) continue;
      this.#awaited.add(turnId);
      this.#options.alone(turnId, () => this.#takeUp(turnId));
    }
  }

  /** For the window's `storage` events: what another tab has begun to send is taken up should that tab end. */
  onStorage(event: Pick<StorageEvent, "key" | "newValue">): void {
    if (this.#options.store.isOfAnotherTab(event)) this.resume(this.#ownerId);
  }

  send(sending: Omit<Sending, "state" | "stopped" | "aside">): void {
    const { turnId } = sending;
    if (this.#find(turnId)) return;
    const isOver = this.#begin({ ...sending, state: "sending", stopped: false, aside: false });
    this.#options.alone(turnId, () => {
      this.#claim(turnId);
      return isOver;
    });
  }

  /** What waits is taken back; what is under way, also once more, is to be stopped when it has begun, and is taken back if it does not arrive. False for neither. */
  stop(turnId: string): boolean {
    const sending = this.#find(turnId);
    if (this.#attempts.get(turnId)?.controller) this.#change(turnId, { stopped: true });
    else if (sending) this.#takeBack(sending);
    return sending !== undefined;
  }

  /** Of what is to make a conversation the page shows this one, or none. */
  showFirst(turnId: string | null): void {
    for (const one of this.#sendings) {
      if (one.conversationId === null) this.#change(one.turnId, { aside: one.turnId !== turnId });
    }
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

  async #takeUp(turnId: string): Promise<void> {
    this.#awaited.delete(turnId);
    const sending = this.#options.store.find(turnId);
    if (!sending || this.#find(turnId)) return;
    if (sending.ownerId !== null && sending.ownerId !== this.#ownerId) return;
    if (sending.stopped) {
      this.#options.store.remove(turnId);
      this.#options.onTakenBack(sending);
      return;
    }
    const aside = sending.aside || (sending.conversationId === null && this.#isBusyWithFirst());
    const isOver = this.#begin({ ...sending, state: "sending", aside });
    this.#claim(turnId);
    return isOver;
  }

  /** What another tab has left does not come between a person and the conversation that they begin here. */
  #isBusyWithFirst(): boolean {
    return this.#options.isWriting() || this.#sendings.some((one) => one.conversationId === null && !one.aside);
  }

  /** Not before: another page that saw it would be first in line, and send it too. */
  #claim(turnId: string): void {
    const sending = this.#find(turnId);
    if (!sending) return;
    this.#claimed.add(turnId);
    this.#options.store.put(sending);
  }

  /** Fulfilled once it has arrived, was refused or is taken back. */
  #begin(sending: Sending): Promise<void> {
    const { turnId } = sending;
    const isOver = new Promise<void>((resolve) => this.#ends.set(turnId, resolve));
    this.#attempts.set(turnId, { failures: 0, putOffSince: null, controller: null });
    this.#set([...this.#sendings, sending]);
    void this.#attempt(turnId);
    return isOver;
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

  #fail(turnId: string, attempt: Attempts, error: unknown): void {
    const sending = this.#find(turnId);
    if (!sending) return;
    const failure = toSendFailure(error);
    const since = attempt.putOffSince ?? Date.now();
    attempt.putOffSince = failure.type === "put-off" ? since : null;
    if (failure.type === "refused" || (failure.type === "put-off" && Date.now() - since >= putOffMs)) {
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
    const now = this.#find(turnId);
    if (!now) return;
    const changed = { ...now, ...change };
    if (this.#claimed.has(turnId)) this.#options.store.put(changed);
    this.#set(this.#sendings.map((one) => (one === now ? changed : one)));
  }

  /** Without a word to the listeners: what replaces it comes in the same breath. */
  #remove(turnId: string): void {
    clearTimeout(this.#timers.get(turnId));
    this.#attempts.delete(turnId);
    this.#sendings = this.#sendings.filter((one) => one.turnId !== turnId);
    if (this.#claimed.delete(turnId)) this.#options.store.remove(turnId);
    this.#ends.get(turnId)?.();
    this.#ends.delete(turnId);
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
    this.#announce();
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}
