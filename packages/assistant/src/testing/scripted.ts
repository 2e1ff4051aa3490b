import type {
  LanguageModelV3,
  LanguageModelV3FinishReason,
  LanguageModelV3Prompt,
  LanguageModelV3StreamPart,
  LanguageModelV3Usage,
} from "@ai-sdk/provider";
import type { Json } from "@holdfast/contract";
import { factsOf } from "../model-facts.ts";
import { runTurn, type TurnLimits } from "../turn.ts";
import type { Assistant } from "../types.ts";

/** What a scripted model does in one step, one after the other. Without `finish` it finishes with "stop". */
export type Line =
  /** As one delta; or word by word, `everyMs` apart. */
  | { say: string; everyMs?: number }
  | { waitMs: number }
  /** Each call of a step gets an id of its own unless one is given. */
  | { call: string; with?: Json; id?: string }
  /** Not JSON, to see what becomes of it. */
  | { callGarbled: string; input: string }
  /** An `error` part, after which the stream finishes as if nothing had been. */
  | { error: unknown }
  /** The stream itself fails, as when a socket dies. */
  | { crash: Error }
  /** Silence, until the turn is aborted. */
  | { hang: true }
  /** Ends without saying that it has finished. */
  | { breakOff: true }
  | { usage: { input: number; output: number } }
  /** Why it ends, at the end. */
  | { finish: LanguageModelV3FinishReason["unified"] };

/** The lines for what was asked; `step` counts from 0 within the turn. A string is said word by word. */
export type Script = (asked: string, step: number, prompt: LanguageModelV3Prompt) => readonly Line[] | string;

/** A language model that does what its script says, for the real loop. */
export function scriptedModel(script: Script): LanguageModelV3 {
  return {
    specificationVersion: "v3",
    provider: "scripted",
    modelId: "scripted",
    supportedUrls: {},
    async doStream({ prompt, abortSignal }) {
      const lines = linesFor(script, prompt);
      return { stream: ReadableStream.from(perform(lines, abortSignal)) as ReadableStream<LanguageModelV3StreamPart> }; // lib.dom and node disagree on its type
    },
    async doGenerate() {
      throw new Error("A scripted model only streams");
    },
  };
}

export interface ScriptedAssistantOptions {
  script: Script;
  limits?: Partial<TurnLimits>;
  /** Without it, none is suggested. */
  title?: string;
  /** Ids beside `scripted`. */
  models?: string[];
}

/** An assistant whose model follows a script; its loop, its tools and its limits are the real ones. */
export function createScriptedAssistant({ script, limits, title, models = [] }: ScriptedAssistantOptions): Assistant {
  const ids = ["scripted", ...models];
  const model = scriptedModel(script);
  return {
    models: async () => ids.map((id) => ({ id, name: id })),
    hasModel: async (id) => ids.includes(id),
    defaultModel: async () => "scripted",
    runTurn: (request) =>
      runTurn(model, factsOf(request.model), request, { silenceMs: 5_000, turnMs: 60_000, steps: 8, ...limits }),
    suggestTitle: async () => title ?? null,
    historyBudget: (id) => factsOf(id).historyBudget,
    close: async () => undefined,
  };
}

function linesFor(script: Script, prompt: LanguageModelV3Prompt): readonly Line[] {
  const lastAsked = prompt.findLastIndex((message) => message.role === "user");
  const message = prompt[lastAsked];
  const asked =
    message?.role === "user" ? message.content.map((part) => (part.type === "text" ? part.text : "")).join("") : "";
  const step = prompt.slice(lastAsked).filter((later) => later.role === "tool").length;
  const lines = script(asked, step, prompt);
  return typeof lines === "string" ? [{ say: lines, everyMs: 0 }] : lines;
}

async function* perform(
  lines: readonly Line[],
  signal: AbortSignal | undefined,
): AsyncGenerator<LanguageModelV3StreamPart> {
  let usage: { input: number; output: number } | null = null;
  let unified: LanguageModelV3FinishReason["unified"] = "stop";
  let calls = 0;
  yield { type: "stream-start", warnings: [] };
  for (const line of lines) {
    if ("say" in line) {
      const words = line.everyMs === undefined ? [line.say] : (line.say.match(/\s*\S+\s*$|\s*\S+/gu) ?? [line.say]);
      for (const delta of words) {
        if (line.everyMs) await pause(line.everyMs, signal);
        yield { type: "text-delta", id: "0", delta };
      }
    } else if ("waitMs" in line) await pause(line.waitMs, signal);
    else if ("call" in line) {
      const toolCallId = line.id ?? `call_${crypto.randomUUID().slice(0, 8)}_${++calls}`;
      yield { type: "tool-call", toolCallId, toolName: line.call, input: JSON.stringify(line.with ?? {}) };
    } else if ("callGarbled" in line) {
      yield { type: "tool-call", toolCallId: `call_${++calls}`, toolName: line.callGarbled, input: line.input };
    } else if ("error" in line) yield { type: "error", error: line.error };
    else if ("crash" in line) throw line.crash;
    else if ("hang" in line) await pause(2 ** 31 - 1, signal);
    else if ("breakOff" in line) return;
    else if ("finish" in line) unified = line.finish;
    else usage = line.usage;
  }
  yield { type: "finish", usage: counted(usage), finishReason: { unified, raw: unified } };
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", end);
      resolve();
    }, ms);
    if (signal?.aborted) return end();
    signal?.addEventListener("abort", end, { once: true });
  });
}

function counted(usage: { input: number; output: number } | null): LanguageModelV3Usage {
  return {
    inputTokens: { total: usage?.input, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: usage?.output, text: undefined, reasoning: undefined },
  };
}
