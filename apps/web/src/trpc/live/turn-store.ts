import type { LiveEvent, TurnChunk, TurnView } from "@holdfast/contract";
import { applyChunk, endTurn, latestTurn } from "./turn-state";

type ChunkEvent = Extract<LiveEvent, { type: "turn-chunk" }>;

/** The latest turn of each conversation, as it runs. Listeners are told at most once for each frame. */
export class TurnStore {
  readonly #turns = new Map<string, TurnView>();
  readonly #listeners = new Map<string, Set<() => void>>();
  /** Chunks that came while their turn is being read again. */
  readonly #waiting = new Map<string, TurnChunk[]>();
  /** Turns whose end was heard of before all that they said: what says that one is running may be of before. */
  readonly #endedUnheard = new Set<string>();
  readonly #changed = new Set<string>();
  readonly #readTurn: (turnId: string) => Promise<TurnView>;
  #frame: (() => void) | null = null;

  constructor(readTurn: (turnId: string) => Promise<TurnView>) {
    this.#readTurn = readTurn;
  }

  get(conversationId: string): TurnView | null {
    return this.#turns.get(conversationId) ?? null;
  }

  running(): TurnView[] {
    return [...this.#turns.values()].filter((turn) => turn.status === "running");
  }

  subscribe(conversationId: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(conversationId) ?? new Set();
    this.#listeners.set(conversationId, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** A turn as it was read just now; kept if it knows more than what is held. */
  put(turn: TurnView): void {
    this.#keep(turn);
    this.#readIfEnded(turn.id);
  }

  apply(event: LiveEvent): void {
    switch (event.type) {
      case "connected":
        this.#applyConnected(event.running);
        break;
      case "turn-started":
        this.put(event.turn);
        break;
      case "turn-chunk":
        this.#applyChunk(event);
        break;
      case "turn-ended": {
        const turn = this.get(event.conversationId);
        // While it is read, what is held of it is not all that it said.
        if (turn?.id !== event.turnId || this.#waiting.has(event.turnId)) this.#endedUnheard.add(event.turnId);
        else this.#set(endTurn(turn, event.status, event.failure, new Date().toISOString()));
        break;
      }
      case "conversation-changed":
        if (event.change === "deleted") this.#delete(event.conversationId);
        break;
      case "tasks-changed":
        break;
      default:
        event satisfies never;
    }
  }

  clear(): void {
    this.#endedUnheard.clear();
    for (const conversationId of [...this.#turns.keys()]) this.#delete(conversationId);
  }

  #applyConnected(running: readonly TurnView[]): void {
    const ids = new Set(running.map((turn) => turn.id));
    // It ended while nobody listened: how, only the server knows.
    for (const turn of this.running()) if (!ids.has(turn.id)) this.#read(turn.id);
    for (const turn of running) this.put(turn);
  }

  #applyChunk({ conversationId, ...chunk }: ChunkEvent): void {
    const waiting = this.#waiting.get(chunk.turnId);
    if (waiting) {
      waiting.push(chunk);
      return;
    }
    const turn = this.get(conversationId);
    const next = turn?.id === chunk.turnId ? applyChunk(turn, chunk) : "gap";
    if (next === "gap") this.#read(chunk.turnId, chunk);
    else if (next !== turn) this.#set(next);
  }

  #keep(turn: TurnView): void {
    const held = this.get(turn.conversationId);
    const latest = latestTurn(held, turn);
    if (latest && latest !== held) this.#set(latest);
  }

  #readIfEnded(turnId: string): void {
    if (!this.#waiting.has(turnId) && this.#endedUnheard.delete(turnId)) this.#read(turnId);
  }

  #read(turnId: string, chunk?: TurnChunk): void {
    if (this.#waiting.has(turnId)) return;
    this.#waiting.set(turnId, chunk ? [chunk] : []);
    // A turn that cannot be read is gone, or will be read after the next `connected`.
    void this.#readTurn(turnId)
      .then((turn) => {
        const chunks = this.#waiting.get(turnId) ?? [];
        this.#keep(turn);
        for (const missed of chunks) this.#applyMissed(turn.conversationId, missed);
      })
      .catch(() => {})
      .finally(() => {
        this.#waiting.delete(turnId);
        this.#readIfEnded(turnId);
      });
  }

  #applyMissed(conversationId: string, chunk: TurnChunk): void {
    const turn = this.get(conversationId);
    const next = turn?.id === chunk.turnId ? applyChunk(turn, chunk) : "gap";
    if (next !== "gap") this.#set(next);
  }

  #set(turn: TurnView): void {
    this.#turns.set(turn.conversationId, turn);
    this.#announce(turn.conversationId);
  }

  #delete(conversationId: string): void {
    if (this.#turns.delete(conversationId)) this.#announce(conversationId);
  }

  #announce(conversationId: string): void {
    this.#changed.add(conversationId);
    this.#frame ??= onNextFrame(() => {
      this.#frame = null;
      const changed = [...this.#changed];
      this.#changed.clear();
      for (const id of changed) for (const listener of this.#listeners.get(id) ?? []) listener();
    });
  }
}

/** A hidden page has no frames, and an old one may never come: whichever of frame and timer is first. */
function onNextFrame(callback: () => void): () => void {
  let frame = 0;
  const run = () => {
    cancel();
    callback();
  };
  const timer = setTimeout(run, 50);
  const cancel = () => {
    clearTimeout(timer);
    if (frame) cancelAnimationFrame(frame);
  };
  if (typeof requestAnimationFrame === "function") frame = requestAnimationFrame(run);
  return cancel;
}
