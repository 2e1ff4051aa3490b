import { setTimeout as delay } from "node:timers/promises";
import type { Assistant, Span, ToolBox, TurnOutcome } from "@holdfast/assistant";
import {
  applyEvents,
  type Person,
  type TurnEvent,
  type TurnFailure,
  type TurnView,
  type Usage,
} from "@holdfast/contract";
import { type Database, type StartedTurn, type TurnEnd, UnavailableError } from "@holdfast/db";
import type { Log } from "../api.ts";
import type { UserEvents } from "../live/user-events.ts";
import { visibleSteps } from "./answer.ts";
import type { ChunkWriter } from "./chunk-writer.ts";
import { createChunker } from "./chunker.ts";

/**
 * The life of one turn, on the process that runs it:
 *
 *   running ──► completed    the assistant has answered                the question and the answer are stored
 *           ├─► stopped      the person pressed Stop                   the question and what was said are stored
 *           ├─► failed       the model, or the time limit              no message is stored; the turn keeps what was said
 *           ├─► interrupted  this process is asked to end              the same
 *           └─► (abandoned)  its conversation was deleted, or another  this process stores nothing
 *                            process took it for dead
 *
 *   failed, interrupted ──► running, when the same turn is sent again
 *
 * It leaves `running` exactly once, in one transaction, which only the process that holds the turn can make.
 * A process that dies makes none: whoever sees it dead makes its turns interrupted.
 */
export interface RunningTurn {
  readonly userId: string;
  /** With all it has said up to now. */
  view(): TurnView;
  /** Ends it early. The first reason counts, and none does once the assistant has ended; `abandoned` always does. */
  halt(reason: HaltReason): void;
  /** How it ended, stored; null if it is not this process's any more. Never rejects. */
  readonly ended: Promise<TurnEnd | null>;
}

export type HaltReason = "stopped" | "timed-out" | "interrupted" | "abandoned";

export interface TurnResources {
  db: Database;
  assistant: Assistant;
  openTools(userId: string): ToolBox;
  events: UserEvents;
  writer: ChunkWriter;
  chunkIntervalMs: () => number;
  limitMs: number;
  retryMs: number;
  log: Log;
}

interface Halted {
  status: "halted";
  reason: HaltReason;
  usage: Usage | null;
}

type Outcome = Exclude<TurnOutcome, { status: "aborted" }> | Halted;

/** Runs a turn that has been started. */
export function runTurn(
  { turn, earlierCalls }: StartedTurn,
  { person, runner, span }: { person: Person; runner: number; span?: Span | undefined },
  resources: TurnResources,
): RunningTurn {
  const { db, assistant, events, writer, log } = resources;
  const { conversationId, id: turnId } = turn;
  const owned = { userId: person.id, conversationId, turnId };
  const chunker = createChunker(resources.chunkIntervalMs, say);
  const halting = new AbortController();
  let abandoned = false;
  let view = turn;

  function halt(reason: HaltReason): void {
    abandoned ||= reason === "abandoned";
    halting.abort(reason);
  }

  async function live(): Promise<TurnEnd | null> {
    const outcome = await Promise.race([converse(), tiredOfWaiting()]);
    chunker.flush();
    const end = endOf(outcome);
    await writer.settle(owned);
    return finish(end);
  }

  async function converse(): Promise<Outcome> {
    const deadline = setTimeout(() => halt("timed-out"), resources.limitMs);
    const outcome = await answer().catch(
      (cause: unknown) => ({ status: "failed", failure: failures.internal, cause, usage: null }) as const,
    );
    clearTimeout(deadline);
    const isHalted = halting.signal.aborted || outcome.status === "aborted";
    return isHalted ? { ...(await halted()), usage: outcome.usage } : outcome;
  }

  async function answer(): Promise<TurnOutcome> {
    const { model, prompt } = turn;
    const { signal } = halting;
    const history = await db.forUser(person.id).recentHistory(conversationId, assistant.historyBudget(model));
    const tools = resources.openTools(person.id);
    try {
      const answering = assistant.runTurn({ model, prompt, history, earlierCalls, person, tools, signal, span });
      for (;;) {
        const next = await answering.next();
        if (next.done) return next.value;
        if (!signal.aborted) chunker.add(next.value);
      }
    } finally {
      await tools.close().catch((error: unknown) => log.warn({ err: error, turnId }, "tools could not be closed"));
    }
  }

  /** The assistant ends as soon as it notices, and tells what it has used. One that is slow to notice is not waited for. */
  async function tiredOfWaiting(): Promise<Halted> {
    const outcome = await halted();
    await delay(noticeMs, undefined, { ref: false });
    return outcome;
  }

  function halted(): Promise<Halted> {
    const { signal } = halting;
    return new Promise((resolve) => {
      // Only `halt` aborts, with its reason.
      const conclude = () => resolve({ status: "halted", reason: signal.reason as HaltReason, usage: null });
      if (signal.aborted) conclude();
      else signal.addEventListener("abort", conclude, { once: true });
    });
  }

  function say(said: TurnEvent[]): void {
    const seq = view.seq + 1;
    view = { ...view, seq, steps: applyEvents(view.steps, said) };
    events.publish(person.id, { type: "turn-chunk", conversationId, turnId, seq, events: said });
    writer.add({ ...owned, seq, events: said });
  }

  function endOf(outcome: Outcome): TurnEnd {
    switch (outcome.status) {
      case "completed": {
        const { usage, cut } = outcome;
        const steps = visibleSteps(view.steps);
        return steps.length > 0 ? { status: "completed", steps, usage, cut } : failed(failures.blank, usage);
      }
      case "failed":
        log.warn({ err: outcome.cause, turnId, model: turn.model, code: outcome.failure.code }, "a turn failed");
        return failed(outcome.failure, outcome.usage);
      case "halted":
        return endOfHalted(outcome);
      default:
        return outcome satisfies never;
    }
  }

  function endOfHalted({ reason, usage }: Halted): TurnEnd {
    switch (reason) {
      case "stopped":
        return { status: "stopped", steps: visibleSteps(view.steps), usage, cut: false };
      case "timed-out":
        return failed(failures.tooLong, usage);
      case "interrupted":
      case "abandoned": // `finish` stores nothing of it
        return { ...failed(failures.interrupted, usage), status: "interrupted" };
      default:
        return reason satisfies never;
    }
  }

  function failed(failure: TurnFailure, usage: Usage | null) {
    return { status: "failed" as const, failure, steps: visibleSteps(view.steps), usage };
  }

  /** Tries until the database answers: an outage may pass, and nobody else ends the turn while this process holds it. */
  async function finish(end: TurnEnd): Promise<TurnEnd | null> {
    while (!abandoned) {
      try {
        const isOurs = await db.runners.finishTurn({ userId: person.id, turnId, runner }, end);
        return isOurs ? end : null;
      } catch (error) {
        log.warn({ err: error, turnId }, "the end of a turn could not be stored yet");
        // What the database refuses now it refuses for ever, so the turn fails without it.
        if (!(error instanceof UnavailableError)) end = { ...failed(failures.internal, null), steps: [] };
        await delay(resources.retryMs);
      }
    }
    return null;
  }

  return { userId: person.id, view: () => view, halt, ended: live() };
}

const noticeMs = 100;

const failures = {
  blank: { code: "answer_blank", message: "The assistant gave an empty answer." },
  tooLong: { code: "model_silent", message: "The assistant did not finish within the time limit." },
  interrupted: { code: "interrupted", message: "The server was restarted before the answer was complete." },
  internal: { code: "internal", message: "Something went wrong on our side while answering." },
} as const satisfies Record<string, TurnFailure>;
