import type { LanguageModelV3Prompt, LanguageModelV3ToolResultOutput } from "@ai-sdk/provider";
import type { Json } from "@holdfast/contract";

export interface DoneCall {
  name: string;
  input: { [key: string]: Json };
  result: Json;
  failed: boolean;
}

/** What a person asked, what was done for it, and what was answered. */
export interface Exchange {
  asked: string;
  calls: DoneCall[];
  said: string;
}

/** The prompt of a model, as the built-in assistant reads it. */
export interface Conversation {
  earlier: Exchange[];
  /** The exchange that is to be answered. */
  now: Exchange;
  tools: ReadonlySet<string>;
  today: Date;
}

export interface Reply {
  text: string;
  calls?: { name: string; input: { [key: string]: Json } }[];
}

/** Answers what it knows about, else null. */
export type Skill = (conversation: Conversation) => Reply | null;

export function readConversation(prompt: LanguageModelV3Prompt, tools: ReadonlySet<string>, today: Date): Conversation {
  const exchanges: Exchange[] = [];
  const callsById = new Map<string, DoneCall>();
  for (const message of prompt) {
    if (message.role === "user") {
      const asked = message.content.map((part) => (part.type === "text" ? part.text : "")).join("\n");
      exchanges.push({ asked, calls: [], said: "" });
    } else if (message.role !== "system") {
      const exchange = exchanges.at(-1);
      for (const part of message.content) {
        if (part.type === "text" && exchange) exchange.said += part.text;
        if (part.type === "tool-call" && exchange) {
          const call = { name: part.toolName, input: part.input as DoneCall["input"], result: null, failed: true };
          exchange.calls.push(call);
          callsById.set(part.toolCallId, call);
        }
        if (part.type === "tool-result") Object.assign(callsById.get(part.toolCallId) ?? {}, resultOf(part.output));
      }
    }
  }
  const now = exchanges.pop() ?? { asked: "", calls: [], said: "" };
  return { earlier: exchanges, now, tools, today };
}

function resultOf(output: LanguageModelV3ToolResultOutput): Pick<DoneCall, "result" | "failed"> {
  switch (output.type) {
    case "json":
    case "text":
      return { result: output.value as Json, failed: false };
    case "error-json":
    case "error-text":
      return { result: output.value as Json, failed: true };
    default:
      return { result: null, failed: true };
  }
}
