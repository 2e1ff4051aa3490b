import { setTimeout as delay } from "node:timers/promises";
import type { Assistant, ToolBox } from "@holdfast/assistant";
import { type ConversationSummary, type Person, type TurnView, titleFrom } from "@holdfast/contract";
import {
  type Database,
  type Notice,
  type StartedTurn,
  type TurnEnd,
  UnavailableError,
  type UserStore,
} from "@holdfast/db";
import type { Log, Tracer } from "../api.ts";
import { ApiError, unknownModel } from "../errors.ts";
import type { UserEvents } from "../live/user-events.ts";
import { answerText } from "./answer.ts";
import { createChunkWriter } from "./chunk-writer.ts";
import { type RunningTurn, runTurn } from "./running-turn.ts";
import { createTurnRecovery } from "./turn-recovery.ts";
import { beginTurnSpan, endTurnSpan } from "./turn-span.ts";
import { nameConversation } from "./turn-title.ts";
import type { TurnInput, Turns } from "./turns.ts";
import { watchTurn } from "./watch-turn.ts";

export interface TurnEngineOptions {
  db: Database;
  assistant: Assistant;
  openTools(userId: string): ToolBox;
  events: UserEvents;
  log: Log;
  tracer?: Tracer | undefined;
  isShort?: (() => boolean) | undefined;
  timing?: Partial<TurnTiming>;
}

export interface TurnTiming {
  /** How long an answer may take in all; beyond the limits that the assistant has itself. */
  limitMs: number;
  /** The least time between two chunks of a turn. */
  chunkMs: number;
  /** The least time between two writes of chunks, of all turns together. */
  batchMs: number;
  sweepMs: number;
  /** Between attempts at a database that does not answer. */
  retryMs: number;
  /** What turns that are ended early get to be stored: at the end of a drain, and before whoever pressed Stop is answered. */
  farewellMs: number;
}

/** Starts turns, and keeps those that run on this process: see `running-turn.ts` for the life of one. */
export interface TurnEngine extends Turns {
  /** A turn that runs on this process, as it is now: newer than what the database has. */
  local(userId: string, turnId: string): TurnView | null;
  close(): void;
}

export async function createTurnEngine(options: TurnEngineOptions): Promise<TurnEngine> {
  const { db, assistant, events, log, tracer, isShort = () => false } = options;
  const timing = { ...defaultTiming, ...options.timing };
  const running = new Map<string, RunningTurn>();
  /** Turns that are being inserted: a Stop may come before it is known that they run. */
  const starting = new Map<string, Promise<unknown>>();
  const closing = new AbortController();
  let draining = false;

  // Whoever was taken for dead goes on under the same number, but its turns may have been taken.
  const { runner, onLost } = await db.runners.register();
  onLost(() => {
    log.warn({ runner }, "this process was taken for dead");
    verifyAll();
  });
  const { batchMs: intervalMs, retryMs } = timing;
  const writer = createChunkWriter({ runners: db.runners, runner, intervalMs, retryMs, log });
  const recovery = createTurnRecovery({
    ...{ db, runner, events, log, retryMs, signal: closing.signal },
    find: (userId, turnId) => running.get(keyOf(userId, turnId)),
    isStarting: (userId, turnId) => starting.has(keyOf(userId, turnId)),
  });
  const sweeper = setInterval(() => void recovery.sweep(), timing.sweepMs); // it never rejects
  const unsubscribe = db.notices.subscribe(hear);

  async function start(input: TurnInput): Promise<{ conversation: ConversationSummary; turn: TurnView }> {
    if (draining) throw new ApiError("UNAVAILABLE", "The server is restarting. Try again in a moment.");
    const user = db.forUser(input.person.id);
    const model = await chooseModel(user, input);
    const { turn } = await begin(user, input, model);
    if (input.model) await user.updateConversation(turn.conversationId, { model: input.model });
    const conversation = await user.findConversation(turn.conversationId);
    return { conversation, turn: local(input.person.id, turn.id) ?? turn };
  }

  async function chooseModel(user: UserStore, { model, conversationId }: TurnInput): Promise<string> {
    if (model) {
      if (await assistant.hasModel(model)) return model;
      throw unknownModel();
    }
    const remembered = conversationId ? (await user.findConversation(conversationId)).model : null;
    return remembered && (await assistant.hasModel(remembered)) ? remembered : assistant.defaultModel();
  }

  async function begin(user: UserStore, input: TurnInput, model: string): Promise<StartedTurn> {
    const { turnId, conversationId, message: prompt, person } = input;
    const key = keyOf(person.id, turnId);
    const begun = user
      .startTurn({ turnId, conversationId, prompt, model, title: titleFrom(prompt), runner })
      .then((turn) => {
        if (turn.started) launch(turn, person);
        return turn;
      });
    starting.set(key, begun);
    try {
      return await begun;
    } catch (error) {
      if (error instanceof UnavailableError) void recovery.disown(person.id, turnId); // it never rejects
      throw error;
    } finally {
      if (starting.get(key) === begun) starting.delete(key);
    }
  }

  function launch(started: StartedTurn, person: Person): void {
    const key = keyOf(person.id, started.turn.id);
    running.get(key)?.halt("abandoned"); // an attempt that was taken from us while we were paused
    const span = beginTurnSpan(tracer, started.turn);
    const run = () => runTurn(started, { person, runner, span }, resources);
    const turn = tracer && span ? tracer.within(span, run) : run();
    running.set(key, turn);
    events.publish(person.id, { type: "turn-started", turn: started.turn });
    // `ended` never rejects.
    void turn.ended.then((end) => {
      endTurnSpan(span, end);
      conclude(turn, end);
    });
  }

  function conclude(turn: RunningTurn, end: TurnEnd | null): void {
    const { id: turnId, conversationId, model, prompt, firstPosition, steps } = turn.view();
    const key = keyOf(turn.userId, turnId);
    if (running.get(key) === turn) running.delete(key);
    if (end === null) {
      events.publish(turn.userId, { type: "resync" });
      return;
    }
    const failure = "failure" in end ? end.failure : null;
    events.publish(turn.userId, { type: "turn-ended", conversationId, turnId, status: end.status, failure });
    const hasAnswered = end.status === "completed" || (end.status === "stopped" && answerText(steps) !== "");
    if (hasAnswered && firstPosition === 1) {
      const exchange = { conversationId, model, prompt, steps };
      void nameConversation(exchange, { user: db.forUser(turn.userId), assistant, signal: closing.signal, log });
    }
  }

  async function stop(userId: string, turnId: string): Promise<boolean> {
    const key = keyOf(userId, turnId);
    await starting.get(key)?.catch(() => null); // whoever started it is told
    const turn = running.get(key);
    if (!turn) return db.forUser(userId).requestStop(turnId);
    turn.halt("stopped");
    return Promise.race([
      turn.ended.then((end) => end?.status === "stopped"),
      delay(timing.farewellMs, true, { ref: false }),
    ]);
  }

  function hear(notice: Notice): void {
    if (notice.type === "lost") verifyAll(); // a deletion or a Stop may have been missed
    if (notice.type === "turn-stop") running.get(keyOf(notice.userId, notice.turnId))?.halt("stopped");
    if (notice.type === "user-deleted") abandon((turn) => turn.userId === notice.userId);
    if (notice.type === "conversation" && notice.change === "deleted") {
      abandon((turn) => turn.userId === notice.userId && turn.view().conversationId === notice.conversationId);
    }
  }

  function verifyAll(): void {
    for (const turn of running.values()) void recovery.verify(turn); // it never rejects
  }

  function abandon(isLost: (turn: RunningTurn) => boolean): void {
    for (const turn of running.values()) if (isLost(turn)) turn.halt("abandoned");
  }

  async function drain(limitMs: number): Promise<void> {
    draining = true;
    await Promise.race([allEnded(), delay(limitMs, undefined, { ref: false })]);
    for (const turn of running.values()) turn.halt("interrupted");
    await Promise.race([allEnded(), delay(timing.farewellMs, undefined, { ref: false })]);
    closing.abort();
  }

  async function allEnded(): Promise<void> {
    while (starting.size + running.size > 0) {
      await Promise.allSettled([...starting.values(), ...[...running.values()].map((turn) => turn.ended)]);
    }
  }

  function local(userId: string, turnId: string): TurnView | null {
    return running.get(keyOf(userId, turnId))?.view() ?? null;
  }

  const watching = {
    events,
    isShort,
    read: async (userId: string, turnId: string) =>
      local(userId, turnId) ?? (await db.forUser(userId).findTurn(turnId)),
  };
  const resources = {
    ...{ db, assistant, openTools: options.openTools, events, writer, log, retryMs, limitMs: timing.limitMs },
    // A core carries some thousand chunks a second; the more turns, the more of their words travel together.
    chunkIntervalMs: () => Math.min(Math.max(timing.chunkMs, running.size * chunkMsPerTurn), maxChunkMs),
  };

  return {
    start,
    async startAndWait(input, signal = new AbortController().signal) {
      const { turn } = await start(input);
      const user = db.forUser(input.person.id);
      const watched = { userId: input.person.id, turnId: turn.id, afterSeq: 0, signal, toItsEnd: true };
      const ended = await endOf(watchTurn(watched, watching));
      return { turn: ended, messages: await user.turnMessages(turn.id) };
    },
    stop,
    watch: (input) => watchTurn(input, watching),
    local,
    drain,
    stats: () => ({ running: running.size }),
    close() {
      clearInterval(sweeper);
      unsubscribe();
      abandon(() => true);
      closing.abort();
    },
  };
}

const defaultTiming: TurnTiming = {
  limitMs: 1_200_000,
  chunkMs: 25,
  batchMs: 25,
  sweepMs: 1_000,
  retryMs: 250,
  farewellMs: 1_500,
};

const chunkMsPerTurn = 0.75;
const maxChunkMs = 150;

/** Two people's turns may have the same id. */
function keyOf(userId: string, turnId: string): string {
  return `${userId}/${turnId}`;
}

async function endOf(watching: ReturnType<Turns["watch"]>): Promise<TurnView> {
  for await (const event of watching) if (event.type === "ended") return event.turn;
  throw new ApiError("NOT_FOUND", "The conversation was deleted before the answer was complete.");
}
