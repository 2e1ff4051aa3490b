import type { LiveEvent, TurnStatus, TurnView } from "@holdfast/contract";
import { NotFoundError, type Notice, type NoticeBoard } from "@holdfast/db";
import type { Log } from "../api.ts";

/** What the streams of one person are told of. */
export type UserEvent =
  | Exclude<LiveEvent, { type: "connected" }>
  /** Something may have been missed: read again what is running. */
  | { type: "resync" }
  /** A session of theirs has ended, or they are gone: whoever listens has to show again who they are. */
  | { type: "identity-changed" };

/**
 * Where everything that happens to a person's data on any process comes together on this one. Turns of this process
 * are published by the engine at once; those of others, and all else, come as notices over the database.
 */
export interface UserEvents {
  publish(userId: string, event: UserEvent): void;
  /** Tells of a turn that was ended by somebody who does not know why: reads that first. */
  publishEnd(turn: TurnRef, status: TurnStatus): void;
  subscribe(userId: string, listener: (event: UserEvent) => void): () => void;
  close(): void;
}

interface TurnRef {
  userId: string;
  conversationId: string;
  turnId: string;
}

export function createUserEvents(options: {
  notices: NoticeBoard;
  findTurn(userId: string, turnId: string): Promise<TurnView>;
  log: Log;
}): UserEvents {
  const { findTurn, log } = options;
  const listeners = new Map<string, Set<(event: UserEvent) => void>>();
  /** Events of turns that are being read: they wait, so that nobody hears of a turn's words before its beginning. */
  const held = new Map<string, UserEvent[]>();

  const unsubscribe = options.notices.subscribe((notice, own) => hear(notice, own));

  function publish(userId: string, event: UserEvent): void {
    for (const listener of listeners.get(userId) ?? []) listener(event);
  }

  function hear(notice: Notice, own: boolean): void {
    if (notice.type === "lost") {
      for (const userId of listeners.keys()) publish(userId, { type: "resync" });
      return;
    }
    const { userId } = notice;
    if (!listeners.has(userId)) return;
    switch (notice.type) {
      case "chunks":
        if (own) return;
        inOrder(userId, { type: "turn-chunk", conversationId: notice.conversationId, ...notice.chunk });
        break;
      case "turn-started":
        if (!own) afterReading(notice, (turn) => ({ type: "turn-started", turn }));
        break;
      case "turn-ended":
        if (!own) publishEnd(notice, notice.status);
        break;
      case "conversation": {
        const { conversationId, change } = notice;
        publish(userId, { type: "conversation-changed", conversationId, change });
        break;
      }
      case "tasks":
        publish(userId, { type: "tasks-changed" });
        break;
      case "user-deleted":
      case "sessions-changed":
        publish(userId, { type: "identity-changed" });
        break;
      case "turn-stop":
        break; // for the engine that runs it
      default:
        notice satisfies never;
    }
  }

  function publishEnd(turn: TurnRef, status: TurnStatus): void {
    const { conversationId, turnId } = turn;
    const ended = { type: "turn-ended" as const, conversationId, turnId, status };
    if (status === "completed" || status === "stopped") {
      inOrder(turn.userId, { ...ended, failure: null });
    } else {
      afterReading(turn, ({ failure }) => ({ ...ended, failure }));
    }
  }

  function inOrder(userId: string, event: UserEvent & { turnId: string }): void {
    const waiting = held.get(`${userId}/${event.turnId}`);
    if (waiting) waiting.push(event);
    else publish(userId, event);
  }

  function afterReading({ userId, turnId }: TurnRef, eventOf: (turn: TurnView) => UserEvent): void {
    if (!listeners.has(userId)) return;
    const key = `${userId}/${turnId}`;
    if (held.has(key)) {
      // Two beginnings or ends in the time of one read: whoever reads once more has both.
      held.get(key)?.push({ type: "resync" });
      return;
    }
    held.set(key, []);
    void findTurn(userId, turnId)
      .then(eventOf)
      .catch((error: unknown): UserEvent | null => {
        if (error instanceof NotFoundError) return null; // deleted since; a notice of its own tells that
        log.warn({ err: error, turnId }, "a turn of another process could not be read");
        return { type: "resync" };
      })
      .then((event) => {
        const waiting = held.get(key) ?? [];
        held.delete(key);
        if (event) for (const each of [event, ...waiting]) publish(userId, each);
      });
  }

  return {
    publish,
    publishEnd,
    subscribe(userId, listener) {
      const ofUser = listeners.get(userId) ?? new Set();
      listeners.set(userId, ofUser.add(listener));
      return () => {
        ofUser.delete(listener);
        if (ofUser.size === 0 && listeners.get(userId) === ofUser) listeners.delete(userId);
      };
    },
    close() {
      unsubscribe();
      listeners.clear();
    },
  };
}
