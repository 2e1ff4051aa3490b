import type { LanguageModelV3Message, LanguageModelV3ToolResultPart } from "@ai-sdk/provider";
import { isBlank, type Json, type ToolCall, truncate } from "@holdfast/contract";
import { systemPrompt } from "./system-prompt.ts";
import type { ToolDescription, TurnRequest } from "./types.ts";

type HistoryMessage = TurnRequest["history"][number];

/** Everything the model is given for a turn: the system prompt, as much of the history as `budget` characters hold, and the prompt. */
export function promptOf(
  request: TurnRequest,
  tools: readonly ToolDescription[],
  budget: number,
  ids: CallIds,
): LanguageModelV3Message[] {
  const { person, earlierCalls } = request;
  const history = newestThatFit(request.history, budget - request.prompt.length);
  const speakable = tools.length > 0 ? history : history.map(withCallsAsText);
  const messages = speakable.flatMap((message) => toMessages(message, ids));
  messages.push(userMessage(request.prompt));
  if (earlierCalls.length > 0) {
    if (tools.length > 0) messages.push(...exchange("", earlierCalls, ids));
    else messages.push(userMessage(`[Done in an earlier attempt]\n${earlierCalls.map(callAsText).join("\n")}`));
  }
  return [
    { role: "system", content: systemPrompt({ person, tools, retried: earlierCalls.length > 0, now: new Date() }) },
    ...joinNeighbours(messages),
  ];
}

/** What the model said and asked for, and what came of it. */
export function exchange(text: string, calls: readonly ToolCall[], ids: CallIds): LanguageModelV3Message[] {
  const named = calls.map((call) => ({ ...call, id: ids.next(call.id), name: toolName(call.name) }));
  return [
    {
      role: "assistant",
      content: [
        ...(text === "" ? [] : [{ type: "text" as const, text }]),
        ...named.map((call) => ({
          type: "tool-call" as const,
          toolCallId: call.id,
          toolName: call.name,
          input: asObject(call.arguments),
        })),
      ],
    },
    { role: "tool", content: named.map(toolResult) },
  ];
}

/** Where the tools are away: providers take no calls of tools that they are not told of. */
function withCallsAsText({ role, content, toolCalls }: HistoryMessage): HistoryMessage {
  const texts = [content, ...(toolCalls ?? []).map(callAsText)];
  return { role, content: texts.filter((text) => !isBlank(text)).join("\n"), toolCalls: null };
}

function callAsText(call: ToolCall): string {
  return `[${call.name} ${JSON.stringify(call.arguments)}: ${call.status}, ${JSON.stringify(call.result)}]`;
}

/** The newest whole turns that fit; a message that alone would take a third of the room is shortened in its middle. */
function newestThatFit(history: readonly HistoryMessage[], budget: number): HistoryMessage[] {
  const most = Math.max(1000, Math.floor(budget / 3));
  const kept: HistoryMessage[] = [];
  let room = budget;
  for (const turn of turnsOf(history).reverse()) {
    const shortened = turn.map((message) => shorten(message, most));
    room -= shortened.reduce((sum, message) => sum + size(message), 0);
    if (room < 0) break;
    kept.unshift(...shortened);
  }
  return kept;
}

/** A turn begins with what is not an assistant's message; what comes before the first belongs to a turn that was left out. */
function turnsOf(history: readonly HistoryMessage[]): HistoryMessage[][] {
  const turns: HistoryMessage[][] = [];
  let previous: HistoryMessage["role"] = "assistant";
  for (const message of history) {
    if (message.role !== "assistant" && previous === "assistant") turns.push([]);
    turns.at(-1)?.push(message);
    previous = message.role;
  }
  return turns;
}

function size({ content, toolCalls }: HistoryMessage): number {
  return content.length + (toolCalls === null ? 0 : JSON.stringify(toolCalls).length);
}

function shorten(message: HistoryMessage, most: number): HistoryMessage {
  if (size(message) <= most) return message;
  const parts = 1 + (message.toolCalls?.length ?? 0);
  const share = Math.floor(most / parts);
  const toolCalls = message.toolCalls?.map((call) => ({
    ...call,
    arguments: shortenJson(call.arguments, Math.floor(share / 2)),
    result: shortenJson(call.result, Math.floor(share / 2)),
  }));
  return { ...message, content: shortenText(message.content, share), toolCalls: toolCalls ?? null };
}

function shortenJson(value: Json, most: number): Json {
  const json = JSON.stringify(value);
  return json.length <= most ? value : shortenText(json, most);
}

function shortenText(text: string, most: number): string {
  if (text.length <= most) return text;
  const half = Math.max(0, Math.floor(most / 2) - 20);
  return `${truncate(text, half)}\n[… left out …]\n${text.slice(text.length - half)}`.toWellFormed();
}

function toMessages(message: HistoryMessage, ids: CallIds): LanguageModelV3Message[] {
  switch (message.role) {
    case "user":
      return [userMessage(message.content)];
    case "assistant":
      if (message.toolCalls !== null && message.toolCalls.length > 0)
        return exchange(message.content, message.toolCalls, ids);
      return isBlank(message.content)
        ? []
        : [{ role: "assistant", content: [{ type: "text", text: message.content }] }];
    // Programs may store these anywhere. Providers take a system message at the beginning only, and a tool's only after its call.
    case "system":
      return [userMessage(`[A note in the conversation]\n${message.content}`)];
    case "tool":
      return [userMessage(`[A tool's output]\n${message.content}`)];
    default:
      return message.role satisfies never;
  }
}

function userMessage(text: string): LanguageModelV3Message {
  return { role: "user", content: [{ type: "text", text }] };
}

/** Some servers insist that people and assistant take turns. */
function joinNeighbours(messages: readonly LanguageModelV3Message[]): LanguageModelV3Message[] {
  const joined: LanguageModelV3Message[] = [];
  for (const message of messages) {
    const last = joined.at(-1);
    if (message.role === "user" && last?.role === "user") {
      const texts = [...last.content, ...message.content].map((part) => (part.type === "text" ? part.text : ""));
      joined[joined.length - 1] = userMessage(texts.join("\n\n"));
    } else {
      joined.push(message);
    }
  }
  return joined;
}

function toolResult({ id, name, result, status }: ToolCall): LanguageModelV3ToolResultPart {
  const text = typeof result === "string" ? result : JSON.stringify(result);
  const output =
    status === "failed" ? { type: "error-text" as const, value: text } : { type: "json" as const, value: result };
  return { type: "tool-result", toolCallId: id, toolName: name, output };
}

/** Anthropic takes objects only. */
function asObject(args: Json): Json {
  return typeof args === "object" && args !== null && !Array.isArray(args) ? args : { value: args };
}

function toolName(name: string): string {
  return name.replace(/[^\w-]/gu, "_").slice(0, 64) || "tool";
}

/** Ids that every provider takes: letters, digits, `_` and `-`, at most 40, each once. */
export class CallIds {
  readonly #used = new Set<string>();

  next(id: string): string {
    let valid = /^[\w-]{1,40}$/u.test(id) ? id : `call_${this.#used.size + 1}`;
    for (let n = 2; this.#used.has(valid); n++) valid = `call_${this.#used.size + n}`;
    this.#used.add(valid);
    return valid;
  }
}
