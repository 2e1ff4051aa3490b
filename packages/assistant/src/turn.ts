import type { LanguageModelV3, LanguageModelV3Prompt } from "@ai-sdk/provider";
import { limits as bounds, codePointLength, type ToolCall, type TurnEvent, type Usage } from "@holdfast/contract";
import { AnswerText } from "./answer-text.ts";
import { CallIds, exchange, promptOf } from "./context.ts";
import { failureOf, TurnError } from "./failures.ts";
import { addEstimate, addUsage, type ModelFacts } from "./model-facts.ts";
import { measuredStep, measuredTools } from "./spans.ts";
import { TimeLimit } from "./time-limit.ts";
import { callTools } from "./tool-calls.ts";
import type { ToolDescription, TurnOutcome, TurnRequest } from "./types.ts";

export interface TurnLimits {
  /** The longest a model may stay silent: before its first word, and between two. */
  silenceMs: number;
  /** The longest a whole turn may take, its tool calls included. */
  turnMs: number;
  /** Rounds of the model in one turn. In the last one no tool may be called, so that the model has to answer. */
  steps: number;
}

/**
 * One turn: the model speaks, the tools it asks for are run, and it speaks again, until it asks for none.
 * Whatever goes wrong is the returned outcome; nothing is thrown.
 */
export async function* runTurn(
  model: LanguageModelV3,
  facts: ModelFacts,
  request: TurnRequest,
  limits: TurnLimits,
): AsyncGenerator<TurnEvent, TurnOutcome, void> {
  const time = new TimeLimit(limits.turnMs, overTime, request.signal);
  let usage: Usage | null = null;
  /** The round that the provider has not counted yet. */
  let underWay: { messages: LanguageModelV3Prompt; text: AnswerText } | null = null;
  try {
    const stepsBefore = yield* retell(request.earlierCalls);
    const tools = await listTools(request, time.signal);
    const toolBox = measuredTools(request.span, request.tools);
    const ids = new CallIds();
    const messages = promptOf(request, tools, facts.historyBudget, ids);
    const usedIds = new Set(request.earlierCalls.map((call) => call.id));
    let room = bounds.answerLength;
    let saidNothing = true;

    for (let round = 0; round < limits.steps; round++) {
      const step = stepsBefore + round;
      const isLast = round === limits.steps - 1;
      const text = new AnswerText(room);
      underWay = { messages, text };
      const options = { messages, tools, mayCall: !isLast, text, silenceMs: limits.silenceMs, signal: time.signal };
      const { calls: asked, usage: counted, cut } = yield* measuredStep(request.span, model, step, options);
      usage = counted ? addUsage(usage, counted, facts) : estimate();
      underWay = null;

      room -= codePointLength(text.said);
      saidNothing &&= text.said === "" && asked.length === 0;
      if (cut && saidNothing) throw new TurnError("answer_blank", spentBeforeAWord);
      if (cut) return { status: "completed", usage, cut };
      if (isLast || asked.length === 0) break;

      const calls = yield* callTools(asked, step, { tools, usedIds, toolBox, signal: time.signal });
      messages.push(...exchange(text.said, calls, ids));
    }
    if (saidNothing) throw new TurnError("answer_blank", "The model finished without saying anything. Try again.");
    return { status: "completed", usage, cut: false };
  } catch (cause) {
    if (request.signal.aborted) return { status: "aborted", usage: estimate() };
    return { status: "failed", ...failureOf(cause), usage: estimate() };
  } finally {
    time.end();
  }

  function estimate(): Usage | null {
    if (underWay === null) return usage;
    const { messages, text } = underWay;
    return addEstimate(usage, { read: JSON.stringify(messages).length, written: text.said.length }, facts);
  }
}

const spentBeforeAWord =
  "The model came to the limit of its length before it said anything. Try again, or choose another model.";

/** What tools did in earlier attempts is a part of this answer: it is shown with it, stored with it, and known in later turns. */
function* retell(calls: readonly ToolCall[]): Generator<TurnEvent, number, void> {
  for (const { id, name, arguments: args, result, status } of calls) {
    yield { type: "tool-call", step: 0, id, name, arguments: args };
    yield { type: "tool-result", step: 0, id, result, status };
  }
  return calls.length > 0 ? 1 : 0;
}

/** Where the tool server is away a turn goes on without tools; the system prompt tells the model so. */
async function listTools(request: TurnRequest, signal: AbortSignal): Promise<ToolDescription[]> {
  try {
    return await request.tools.list(signal);
  } catch {
    signal.throwIfAborted();
    return [];
  }
}

function overTime(limitMs: number): TurnError {
  const minutes = Math.max(1, Math.round(limitMs / 60_000));
  const words = minutes === 1 ? "a minute" : `${minutes} minutes`;
  return new TurnError("model_broke_off", `The answer took longer than ${words}, so it was ended. Try again.`);
}
