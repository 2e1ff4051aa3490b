import { setTimeout as delay } from "node:timers/promises";
import { type Database, NotFoundError, UnavailableError } from "@holdfast/db";
import type { Log } from "../api.ts";
import type { UserEvents } from "../live/user-events.ts";
import type { RunningTurn } from "./running-turn.ts";

/** Turns that were cut off from whoever ran them, by a death, a pause or an outage. None of it ever rejects. */
export interface TurnRecovery {
  /** Interrupts the turns of processes that are dead. */
  sweep(): Promise<void>;
  /**
   * Makes up for notices that may have been missed: lets go of a turn that runs here if it is gone or has been taken, and ends
   * it if it was asked to stop. Tries until the database says.
   */
  verify(turn: RunningTurn): Promise<void>;
  /**
   * Ends a turn of which this process does not know whether the database has begun it: the connection was lost before it
   * said so. If it has, nobody runs it.
   */
  disown(userId: string, turnId: string): Promise<void>;
}

export function createTurnRecovery(options: {
  db: Database;
  runner: number;
  events: UserEvents;
  log: Log;
  retryMs: number;
  signal: AbortSignal;
  /** The turn as it runs on this process. */
  find(userId: string, turnId: string): RunningTurn | undefined;
  isStarting(userId: string, turnId: string): boolean;
}): TurnRecovery {
  const { db, runner, events, log, retryMs, signal, find, isStarting } = options;
  const verifying = new WeakMap<RunningTurn, object>();
  return {
    async sweep() {
      try {
        for (const turn of await db.runners.sweep()) {
          find(turn.userId, turn.turnId)?.halt("abandoned");
          events.publishEnd(turn, "interrupted");
          log.info({ turnId: turn.turnId }, "a turn was interrupted by the end of the process that ran it");
        }
      } catch (error) {
        if (!(error instanceof UnavailableError)) log.error({ err: error }, "dead processes could not be looked for");
      }
    },

    async verify(turn) {
      const round = {};
      verifying.set(turn, round); // what was begun before may have looked before the notice that it makes up for
      const { id } = turn.view();
      for (; !signal.aborted && find(turn.userId, id) === turn && verifying.get(turn) === round; await delay(retryMs)) {
        try {
          const state = await db.forUser(turn.userId).findTurnState(id);
          if (state.status !== "running" || state.runner !== runner) turn.halt("abandoned");
          else if (state.stopRequested) turn.halt("stopped");
          return;
        } catch (error) {
          if (error instanceof NotFoundError) return turn.halt("abandoned");
          if (!(error instanceof UnavailableError))
            log.error({ err: error, turnId: id }, "a turn could not be looked at");
        }
      }
    },

    async disown(userId, turnId) {
      const end = { status: "interrupted" as const, failure: neverBegun, steps: [], usage: null };
      for (; !signal.aborted && !find(userId, turnId); await delay(retryMs)) {
        if (isStarting(userId, turnId)) continue; // it was sent again
        try {
          await db.runners.finishTurn({ userId, turnId, runner }, end);
          return;
        } catch (error) {
          log.warn({ err: error, turnId }, "whether a turn has begun is not known yet");
        }
      }
    },
  };
}

const neverBegun = {
  code: "interrupted",
  message: "The database was away when this was sent. Nothing was lost: try again.",
} as const;
