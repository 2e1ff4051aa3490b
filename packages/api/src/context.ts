import type { Assistant } from "@holdfast/assistant";
import type { Person } from "@holdfast/contract";
import type { Database, UserStore } from "@holdfast/db";
import type { Tracer } from "./api.ts";
import type { Limits } from "./limits/limits.ts";
import type { LiveFeeds } from "./live/live-feeds.ts";
import type { Turns } from "./turns/turns.ts";

/** What procedures work with; one for the process. */
export interface Services {
  db: Database;
  assistant: Assistant;
  turns: Turns;
  live: LiveFeeds;
  limits: Limits;
  tracer?: Tracer | undefined;
}

/** One request, however many procedures it calls. */
export interface Context extends Services {
  requestId: string;
  /** Null for a visitor: nobody is signed in. */
  person: Person | null;
  /** The data of `person`. */
  user: UserStore | null;
  /** Why this request is refused, whatever it asks: a bad token, too many requests, a database that does not answer. */
  refusal: unknown;
  /**
   * Makes a guest of the visitor, once for the request, and sets the cookie on the response. The same guest for the same
   * `once`, so that a first send that is repeated finds what it began.
   */
  becomeGuest(once?: string): Promise<Person>;
}
