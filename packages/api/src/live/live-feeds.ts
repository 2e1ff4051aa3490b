import type { LiveEvent, TurnView } from "@holdfast/contract";
import { eventSize, maxWaiting } from "./event-size.ts";
import { createInbox, DisconnectError } from "./inbox.ts";
import type { UserEvent, UserEvents } from "./user-events.ts";

/** What happens to one person's data, wherever it happens, for each of their browsers. */
export interface LiveFeeds {
  /**
   * `connected` first, then everything from that moment on. Throws `DisconnectError` where the receiver has to begin anew:
   * its session ended, or it is too slow.
   */
  open(userId: string, signal: AbortSignal): AsyncGenerator<LiveEvent, void>;
  stats(): { feeds: number };
}

export function createLiveFeeds(options: {
  events: UserEvents;
  runningTurns(userId: string): Promise<TurnView[]>;
  isShort?: (() => boolean) | undefined;
}): LiveFeeds {
  const { events, runningTurns, isShort = () => false } = options;
  const capacity = () => maxWaiting(isShort());
  let feeds = 0;

  return {
    async *open(userId, signal) {
      // Listening before reading: what happens meanwhile waits in the inbox, so nothing falls between the two.
      const inbox = createInbox<UserEvent>({ capacity, sizeOf: eventSize, signal });
      const unsubscribe = events.subscribe(userId, inbox.push);
      feeds++;
      try {
        yield { type: "connected", running: await runningTurns(userId) };
        for await (const event of inbox) {
          if (event.type === "identity-changed") throw new DisconnectError("a session has ended");
          yield event.type === "resync" ? { type: "connected", running: await runningTurns(userId) } : event;
        }
      } finally {
        feeds--;
        unsubscribe();
      }
    },
    stats: () => ({ feeds }),
  };
}
