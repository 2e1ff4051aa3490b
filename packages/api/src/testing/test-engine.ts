import { noTools, type ToolBox } from "@holdfast/assistant";
import { createScriptedAssistant, type ScriptedAssistantOptions } from "@holdfast/assistant/testing";
import type { Person } from "@holdfast/contract";
import type { Database } from "@holdfast/db";
import type { Log } from "../api.ts";
import { createLiveFeeds, type LiveFeeds } from "../live/live-feeds.ts";
import { createUserEvents, type UserEvents } from "../live/user-events.ts";
import { createTurnEngine, type TurnEngine, type TurnTiming } from "../turns/turn-engine.ts";
import type { TurnInput } from "../turns/turns.ts";

export interface TestEngine extends TurnEngine {
  live: LiveFeeds;
  events: UserEvents;
}

/** One process's part: an engine with a scripted assistant. */
export async function startTestEngine(
  db: Database,
  options: ScriptedAssistantOptions & { timing?: Partial<TurnTiming>; openTools?: (userId: string) => ToolBox },
): Promise<TestEngine> {
  const { timing, openTools = () => noTools, ...scripted } = options;
  const events = createUserEvents({
    notices: db.notices,
    findTurn: (userId, turnId) => db.forUser(userId).findTurn(turnId),
    log: quiet,
  });
  const assistant = createScriptedAssistant(scripted);
  const engine = await createTurnEngine({ db, assistant, openTools, events, log: quiet, timing });
  const live = createLiveFeeds({
    events,
    runningTurns: async (userId) =>
      (await db.forUser(userId).runningTurns()).map((turn) => engine.local(userId, turn.id) ?? turn),
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

export function personOf(userId: string): Person {
  return { id: userId, name: "Ada", email: null, isGuest: true };
}

export function sendOf(userId: string, message: string, rest: Partial<TurnInput> = {}): TurnInput {
  return { person: personOf(userId), turnId: crypto.randomUUID(), message, ...rest };
}
