import type {
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3StreamPart,
  LanguageModelV3Usage,
} from "@ai-sdk/provider";
import { type Reply, readConversation } from "./conversation.ts";
import { reply } from "./reply.ts";

export const builtInId = "built-in";

/**
 * The built-in assistant as a language model: it takes the same prompt and the same tools as any other, and runs in the same loop.
 * It needs no key and no network.
 */
export function builtInModel({ wordsPerSecond = 50 }: { wordsPerSecond?: number } = {}): LanguageModelV3 {
  return {
    specificationVersion: "v3",
    provider: builtInId,
    modelId: builtInId,
    supportedUrls: {},
    async doStream(options) {
      return { stream: speak(answer(options), 1000 / wordsPerSecond, options.abortSignal) };
    },
    async doGenerate(options) {
      const { text, calls } = answer(options);
      return {
        content: [...(text === "" ? [] : [{ type: "text" as const, text }]), ...toolCalls(calls)],
        finishReason: finishReason(calls),
        usage: noUsage,
        warnings: [],
      };
    },
  };
}

function answer({ prompt, tools = [] }: LanguageModelV3CallOptions): Reply {
  return reply(readConversation(prompt, new Set(tools.map((tool) => tool.name)), new Date()));
}

/** Word by word, like somebody who types fast. A slow reader is waited for. */
function speak(
  { text, calls }: Reply,
  pauseMs: number,
  signal: AbortSignal | undefined,
): ReadableStream<LanguageModelV3StreamPart> {
  const words = text.match(/\s*\S+\s*$|\s*\S+/gu) ?? [];
  const parts: LanguageModelV3StreamPart[] = [
    { type: "stream-start", warnings: [] },
    ...(words.length > 0 ? [{ type: "text-start" as const, id: "answer" }] : []),
    ...words.map((delta) => ({ type: "text-delta" as const, id: "answer", delta })),
    ...(words.length > 0 ? [{ type: "text-end" as const, id: "answer" }] : []),
    ...toolCalls(calls),
    { type: "finish", usage: noUsage, finishReason: finishReason(calls) },
  ];
  const next = parts.values();
  let spoken = 0;
  const start = performance.now();
  return new ReadableStream(
    {
      async pull(controller) {
        signal?.throwIfAborted();
        const { done, value } = next.next();
        if (done) return controller.close();
        if (value.type === "text-delta") {
          // By the clock and not by the word: timers are late, and lateness would add up.
          const dueMs = start + spoken++ * pauseMs - performance.now();
          if (dueMs > 1) await new Promise((resolve) => setTimeout(resolve, dueMs));
        }
        controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
}

function toolCalls(calls: Reply["calls"] = []) {
  return calls.map((call) => ({
    type: "tool-call" as const,
    toolCallId: `call_${crypto.randomUUID().replaceAll("-", "").slice(0, 24)}`,
    toolName: call.name,
    input: JSON.stringify(call.input),
  }));
}

function finishReason(calls: Reply["calls"] = []) {
  return { unified: calls.length > 0 ? ("tool-calls" as const) : ("stop" as const), raw: undefined };
}

const noUsage: LanguageModelV3Usage = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
};
