import { setTimeout as delay } from "node:timers/promises";
import { type Assistant, noTools, type ToolBox } from "@holdfast/assistant";
import { applyEvents, type Person, type TurnEvent, type TurnView } from "@holdfast/contract";
import type { Database } from "@holdfast/db";
import type { Log } from "../api.ts";
import { createLiveFeeds, type LiveFeeds } from "../live/live-feeds.ts";
import { runningTurns } from "../live/running-turns.ts";
import { createUserEvents, type UserEvents } from "../live/user-events.ts";
import { answerText } from "../turns/answer.ts";
import { createTurnEngine, type TurnEngine, type TurnTiming } from "../turns/turn-engine.ts";
import type { TurnInput } from "../turns/turns.ts";

export interface TestEngine extends TurnEngine {
  live: LiveFeeds;
  events: UserEvents;
}

export interface EngineSetup {
  assistant: Assistant;
  timing?: Partial<TurnTiming>;
  openTools?: (userId: string) => ToolBox;
}

/** One process's part, on a database that is open. */
export async function startTestEngine(db: Database, setup: EngineSetup): Promise<TestEngine> {
  const { assistant, timing, openTools = () => noTools } = setup;
  const events = createUserEvents({
    notices: db.notices,
    findTurn: (userId, turnId) => db.forUser(userId).findTurn(turnId),
    log: quiet,
  });
  const engine = await createTurnEngine({ db, assistant, openTools, events, log: quiet, timing });
  const live = createLiveFeeds({
    events,
    runningTurns: (userId) => runningTurns(db, engine, userId),
  });
  return {
    ...engine,
    live,
    events,
    close() {
      engine.close();
      events.close();
    },
  };
}

export const quiet: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (fields, message) => console.error(message, fields),
};

function personOf(userId: string): Person {
  return { id: userId, name: "Ada", email: null, isGuest: true };
}

export function sendOf(userId: string, message: string, rest: Partial<TurnInput> = {}): TurnInput {
  return { person: personOf(userId), turnId: crypto.randomUUID(), message, ...rest };
}

/** What a watcher holds after each event, checking that nothing is missing or doubled; ends with the turn. */
export async function watchToEnd(engine: Pick<TurnEngine, "watch">, userId: string, turnId: string): Promise<TurnView> {
  let held: TurnView | null = null;
  const { signal } = new AbortController();
  for await (const event of engine.watch({ userId, turnId, afterSeq: 0, signal })) {
    if (event.type === "ended") return assertSameText(held, event.turn);
    held = event.type === "turn" ? event.turn : applied(held, event);
  }
  throw new Error("the turn went away");
}

function applied(held: TurnView | null, { seq, events }: { seq: number; events: TurnEvent[] }): TurnView {
  if (held === null) throw new Error("a chunk came before the turn");
  if (seq !== held.seq + 1) throw new Error(`chunk ${seq} came after ${held.seq}`);
  return { ...held, seq, steps: applyEvents(held.steps, events) };
}

/** What was heard is a beginning of what is stored: the last words may come with the end. */
function assertSameText(held: TurnView | null, ended: TurnView): TurnView {
  const heard = answerText(held?.steps ?? []);
  if (!answerText(ended.steps).startsWith(heard)) throw new Error(`heard "${heard}", which is not what was stored`);
  return ended;
}

export async function until<T>(
  probe: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  what: string,
  timeoutMs = 10_000,
): Promise<T> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await delay(20)) {
    const found = await probe();
    if (found) return found;
  }
  throw new Error(`waited in vain for ${what}`);
}
