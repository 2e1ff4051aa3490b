import { setTimeout as delay } from "node:timers/promises";
import { limits } from "@holdfast/contract";
import { type Database, NotFoundError, TurnRunningError } from "@holdfast/db";
import type { Log } from "../api.ts";

/**
 * Gives what a guest has to the account they sign in to. A running answer writes to the guest's rows, so the move waits
 * for its end: within the sign-in for a while, then by itself. What is pending is stored, and a crash delays it only.
 */
export interface GuestMoves {
  /** Returns when all is moved, or after `patienceMs` with the move going on. */
  begin(guestId: string, userId: string): Promise<void>;
  /** Moves what is pending from before and can be moved now. */
  resume(): Promise<void>;
  close(): Promise<void>;
}

const pollMs = 150;

export function createGuestMoves(db: Database, log: Log, patienceMs = 8_000): GuestMoves {
  const closing = new AbortController();
  const underWay = new Map<string, Promise<void>>();

  async function move(guestId: string, userId: string): Promise<void> {
    while (!(await moved(guestId, userId))) await delay(pollMs, undefined, { signal: closing.signal });
    await db.endMove(guestId);
  }

  async function moved(guestId: string, userId: string): Promise<boolean> {
    try {
      const { conversations } = await db.forUser(guestId).listConversations({ limit: limits.conversationPage.max });
      await db.moveGuest(guestId, userId);
      // For the pages that are open already: a move that had to wait comes after them.
      for (const { id } of conversations) {
        db.notices.publish({ type: "conversation", userId, conversationId: id, change: "created" });
      }
    } catch (error) {
      if (error instanceof TurnRunningError) return false;
      // The account or the guest is gone: there is nowhere to move anything, or nothing.
      if (!(error instanceof NotFoundError)) throw error;
    }
    return true;
  }

  function start(guestId: string, userId: string): Promise<void> {
    const known = underWay.get(guestId);
    if (known !== undefined) return known;
    const moving = move(guestId, userId)
      .catch((error: unknown) => {
        if (!closing.signal.aborted) log.warn({ err: error }, "what a guest has could not be moved yet");
      })
      .finally(() => underWay.delete(guestId));
    underWay.set(guestId, moving);
    return moving;
  }

  return {
    async begin(guestId, userId) {
      // Registered meanwhile, from another tab: an account, which keeps what it has and its sessions.
      if (!(await db.beginMove(guestId, userId))) return;
      const waiting = new AbortController();
      const patience = delay(patienceMs, undefined, { signal: waiting.signal }).catch(() => {}); // cut short: moved
      await Promise.race([start(guestId, userId), patience]);
      waiting.abort();
    },

    async resume() {
      for (const { guestId, userId } of await db.pendingMoves()) void start(guestId, userId); // logs its own failure
    },

    async close() {
      closing.abort();
      await Promise.all(underWay.values());
    },
  };
}
