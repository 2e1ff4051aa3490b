import type { ConversationSummary, Message, Person, TurnEvent, TurnView } from "@holdfast/contract";

/** The door of the turn engine. */
export interface Turns {
  /** Begins a turn and returns at once; it runs on by itself, whoever goes away. Idempotent by `turnId`. */
  start(input: TurnInput): Promise<{ conversation: ConversationSummary; turn: TurnView }>;
  /** The same, and returns when the turn has ended in any way, with the messages that it stored. */
  startAndWait(input: TurnInput, signal?: AbortSignal): Promise<{ turn: TurnView; messages: Message[] }>;
  /** Ends a turn wherever it runs, what was visibly said kept. False if it does not run. */
  stop(userId: string, turnId: string): Promise<boolean>;
  /** The turn as it is now, then what it says, until it has ended. Ends early, without `ended`, if it is deleted. */
  watch(input: {
    userId: string;
    turnId: string;
    afterSeq: number;
    signal: AbortSignal;
  }): AsyncGenerator<TurnWatchEvent>;
  /** Takes no more turns, lets those that run finish for `limitMs`, then ends the rest as interrupted. */
  drain(limitMs: number): Promise<void>;
  stats(): { running: number };
}

export interface TurnInput {
  person: Person;
  turnId: string;
  conversationId?: string | undefined;
  message: string;
  model?: string | undefined;
}

export type TurnWatchEvent =
  /** Replaces all that the receiver holds. */
  | { type: "turn"; turn: TurnView }
  | { type: "chunk"; seq: number; events: TurnEvent[] }
  /** The last: how it ended, with all it said. */
  | { type: "ended"; turn: TurnView };
