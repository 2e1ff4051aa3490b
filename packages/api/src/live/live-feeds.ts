import type { LiveEvent, TurnView } from "@holdfast/contract";
import { eventSize, maxWaiting } from "./event-size.ts";
import { createInbox, DisconnectError } from "./inbox.ts";
import type { UserEvent, UserEvents } from "./user-events.ts";

type Connected = Extract<LiveEvent, { type: "connected" }>;

/** What happens to one person's data, wherever it happens, for each of their browsers. */
export interface LiveFeeds {
  /**
   * `connected` first, then everything from that moment on. Throws `DisconnectError` where the receiver has to begin anew:
   * its session ended, or it is too slow.
   */
  open(userId: string, signal: AbortSignal): AsyncGenerator<LiveEvent, void>;
  /** What a feed that were opened now would begin with. */
  snapshot(userId: string): Promise<Connected>;
  stats(): { feeds: number };
}

export function createLiveFeeds(options: {
  events: UserEvents;
  runningTurns(userId: string): Promise<TurnView[]>;
  isShort?: (() => boolean) | undefined;
}): LiveFeeds {
  const { events, runningTurns, isShort = () => false } = options;
  const capacity = () => maxWaiting(isShort());
  const snapshot = async (userId: string): Promise<Connected> => ({
    type: "connected",
    running: await runningTurns(userId),
  });
  let feeds = 0;

  return {
    snapshot,
    async *open(userId, signal) {
      // Listening before reading: what happens meanwhile waits in the inbox, so nothing falls between the two.
      const inbox = createInbox<UserEvent>({ capacity, sizeOf: eventSize, signal });
      const unsubscribe = events.subscribe(userId, inbox.push);
      feeds++;
      try {
        yield await snapshot(userId);
        for await (const event of inbox) {
          if (event.type === "identity-changed") throw new DisconnectError("a session has ended");
          yield event.type === "resync" ? await snapshot(userId) : event;
        }
      } finally {
        feeds--;
        unsubscribe();
      }
    },
    stats: () => ({ feeds }),
  };
}
