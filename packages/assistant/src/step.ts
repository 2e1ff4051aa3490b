import type {
  LanguageModelV3,
  LanguageModelV3Prompt,
  LanguageModelV3StreamPart,
  LanguageModelV3ToolCall,
  LanguageModelV3Usage,
} from "@ai-sdk/provider";
import type { TurnEvent } from "@holdfast/contract";
import type { AnswerText } from "./answer-text.ts";
import { brokeOff, errorPart, garbled, TurnError } from "./failures.ts";
import { orAborted, TimeLimit } from "./time-limit.ts";
import type { ToolDescription } from "./types.ts";

export interface StepOptions {
  messages: LanguageModelV3Prompt;
  tools: readonly ToolDescription[];
  /** Tools that may not be called are still named: providers want to know those that the history speaks of. */
  mayCall: boolean;
  /** Takes what is said, also of a round that breaks off. */
  text: AnswerText;
  silenceMs: number;
  signal: AbortSignal;
}

export interface StepSaid {
  calls: LanguageModelV3ToolCall[];
  /** Null where it was left before it had finished. */
  usage: LanguageModelV3Usage | null;
  /** It had more to say: there is no room for it, or the model came to a limit of its own. What it called then may be half a call. */
  cut: boolean;
}

/** One round of the model: yields its words as they come, returns what it asked for. Throws unless it finished. */
export async function* runStep(
  model: LanguageModelV3,
  step: number,
  options: StepOptions,
): AsyncGenerator<TurnEvent, StepSaid, void> {
  const { text } = options;
  const calls: LanguageModelV3ToolCall[] = [];
  for await (const part of readParts(model, options)) {
    if (part.type === "text-delta") {
      const delta = text.add(part.delta);
      if (delta !== "") yield { type: "text", step, delta };
      if (text.isFull) return { calls: [], usage: null, cut: true };
    } else if (part.type === "tool-call" && part.providerExecuted !== true) {
      calls.push(part);
    } else if (part.type === "finish") {
      const rest = text.end();
      if (rest !== "") yield { type: "text", step, delta: rest };
      const { unified: reason } = part.finishReason;
      if (reason === "content-filter" && text.said === "") throw filtered();
      const cut = reason === "length" || reason === "content-filter";
      return { calls: cut ? [] : calls, usage: part.usage, cut };
    }
  }
  throw brokeOff(text.said !== "");
}

/** The parts of the model's stream. No retries: a person retries with one click, and nothing is paid twice unasked. */
async function* readParts(
  model: LanguageModelV3,
  { messages, tools, mayCall, silenceMs, signal }: StepOptions,
): AsyncGenerator<LanguageModelV3StreamPart, void, void> {
  const silence = new TimeLimit(silenceMs, silent, signal);
  let reader: ReadableStreamDefaultReader<LanguageModelV3StreamPart> | undefined;
  try {
    const abortSignal = silence.signal;
    const functions = tools.map((tool) => ({ type: "function" as const, ...tool }));
    const toolChoice = { type: mayCall ? ("auto" as const) : ("none" as const) };
    const call = { prompt: messages, abortSignal, ...(functions.length > 0 && { tools: functions, toolChoice }) };
    abortSignal.throwIfAborted();
    const { stream, response } = await orAborted(model.doStream(call), abortSignal);
    reader = stream.getReader();
    if (isPage(response?.headers)) throw garbled(null);
    let answered = false;
    for (;;) {
      const { done, value: part } = await orAborted(reader.read(), abortSignal);
      if (done) return;
      silence.restart();
      // An error part may be followed by a finish as if nothing had been: whatever comes after it is not an answer.
      if (part.type === "error") throw errorPart(part.error, answered);
      answered ||= part.type === "text-delta" || part.type === "reasoning-delta" || part.type === "tool-input-delta";
      yield part;
    }
  } finally {
    silence.end();
    // Not awaited: a stop must not wait for the other side. An error while cancelling concerns nobody any more.
    reader?.cancel().catch(() => undefined);
  }
}

/** A proxy's page, answered with 200: it holds no events, and would pass for an answer that broke off. */
function isPage(headers: Record<string, string> | undefined): boolean {
  return headers?.["content-type"]?.includes("html") === true;
}

function silent(limitMs: number): TurnError {
  const seconds = Math.max(1, Math.round(limitMs / 1000));
  return new TurnError("model_silent", `The model has said nothing for ${seconds} seconds. Try again in a moment.`);
}

function filtered(): TurnError {
  return new TurnError("answer_blank", "The model's provider withheld the answer. Try other words or another model.");
}
