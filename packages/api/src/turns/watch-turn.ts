import type { TurnView } from "@holdfast/contract";
import { NotFoundError } from "@holdfast/db";
import { eventSize, maxWaiting } from "../live/event-size.ts";
import { createInbox, DisconnectError } from "../live/inbox.ts";
import type { UserEvent, UserEvents } from "../live/user-events.ts";
import type { TurnWatchEvent } from "./turns.ts";

interface Watched {
  userId: string;
  turnId: string;
  /** The last chunk that the watcher holds; 0 for none. */
  afterSeq: number;
  signal: AbortSignal;
  /** Only the end is waited for, by a request that was let in: no other session's end ends it. */
  toItsEnd?: boolean;
}

interface Sources {
  events: UserEvents;
  read(userId: string, turnId: string): Promise<TurnView>;
  isShort(): boolean;
}

/**
 * Listens first, reads the turn then, and applies after that what was heard: whatever the moment, nothing is missing and
 * nothing doubled.
 */
export async function* watchTurn(
  { userId, turnId, afterSeq, signal, toItsEnd = false }: Watched,
  { events, read, isShort }: Sources,
): AsyncGenerator<TurnWatchEvent, void> {
  const inbox = createInbox<UserEvent>({ capacity: () => maxWaiting(isShort()), sizeOf: eventSize, signal });
  const unsubscribe = events.subscribe(userId, (event) => {
    if (concerns(event, turnId)) inbox.push(event);
  });
  try {
    let held = await read(userId, turnId);
    let { seq } = held;
    if (seq !== afterSeq || seq === 0) yield { type: "turn", turn: held };
    if (held.status !== "running") return yield { type: "ended", turn: held };

    for await (const event of inbox) {
      if (event.type === "turn-chunk") {
        if (event.seq <= seq) continue;
        if (event.seq === seq + 1) {
          seq = event.seq;
          yield { type: "chunk", seq, events: event.events };
          continue;
        }
      }
      if (event.type === "identity-changed" && !toItsEnd) throw new DisconnectError("a session has ended");
      if (event.type === "conversation-changed" && event.conversationId !== held.conversationId) continue;

      // A gap, an end, or news that may have been missed.
      const now = await readIfThere(read, userId, turnId);
      if (now === null) return;
      held = now;
      seq = held.seq;
      if (held.status !== "running") return yield { type: "ended", turn: held };
      yield { type: "turn", turn: held };
    }
  } finally {
    unsubscribe();
  }
}

function concerns(event: UserEvent, turnId: string): boolean {
  switch (event.type) {
    case "turn-chunk":
    case "turn-ended":
      return event.turnId === turnId;
    case "turn-started":
      return event.turn.id === turnId;
    case "conversation-changed":
      return event.change === "deleted";
    case "resync":
    case "identity-changed":
      return true;
    case "tasks-changed":
      return false;
    default:
      return event satisfies never;
  }
}

async function readIfThere(read: Sources["read"], userId: string, turnId: string): Promise<TurnView | null> {
  try {
    return await read(userId, turnId);
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}
