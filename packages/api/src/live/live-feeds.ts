import type { LiveEvent } from "@holdfast/contract";

/** What happens to one person's data, wherever it happens, to each of their browsers. */
export interface LiveFeeds {
  /**
   * `connected` first, then everything from that moment on. Ends when the person's sessions end, when the receiver is too
   * slow to be kept, and on shutdown; the receiver connects again and begins anew.
   */
  open(userId: string, signal: AbortSignal): AsyncGenerator<LiveEvent>;
  /** Ends every feed. */
  close(): void;
  stats(): { feeds: number };
}
