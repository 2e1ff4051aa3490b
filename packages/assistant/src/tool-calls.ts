import type { LanguageModelV3ToolCall } from "@ai-sdk/provider";
import {
  codePointLength,
  isTooDeep,
  type Json,
  limits,
  type ToolCall,
  type TurnEvent,
  toStorable,
  toStorableJson,
  truncate,
} from "@holdfast/contract";
import { orAborted } from "./time-limit.ts";
import type { ToolBox, ToolDescription } from "./types.ts";

interface CallContext {
  tools: readonly ToolDescription[];
  toolBox: ToolBox;
  /** The ids of the turn so far; some servers begin again with each step. */
  usedIds: Set<string>;
  signal: AbortSignal;
}

type Result = Pick<ToolCall, "result" | "status">;

/** Runs the calls of one step at once; yields them in the order they were asked for. A call that fails is a result. */
export async function* callTools(
  asked: readonly LanguageModelV3ToolCall[],
  step: number,
  context: CallContext,
): AsyncGenerator<TurnEvent, ToolCall[], void> {
  const calls = asked.slice(0, limits.toolCallsPerMessage).map((call) => prepare(call, context));
  for (const { id, name, arguments: args } of calls) yield { type: "tool-call", step, id, name, arguments: args };

  const results = calls.map((call) => perform(call, context));
  // One that is awaited later must not count as unhandled when the turn is aborted before.
  for (const result of results) result.catch(() => undefined);

  const done: ToolCall[] = [];
  for (const [index, { problem, ...call }] of calls.entries()) {
    const { result, status } = await (results[index] as Promise<Result>); // one for each call, made above
    yield { type: "tool-result", step, id: call.id, result, status };
    done.push({ ...call, result, status });
  }
  return done;
}

interface PreparedCall {
  id: string;
  name: string;
  arguments: Json;
  /** Why it cannot be run. */
  problem: string | null;
}

function prepare(call: LanguageModelV3ToolCall, { tools, usedIds }: CallContext): PreparedCall {
  const id = uniqueId(toStorable(call.toolCallId), usedIds);
  const name = truncate(toStorable(call.toolName), 200);
  const args = parseArguments(call.input);
  if (args === undefined) {
    return {
      id,
      name,
      arguments: bounded(call.input),
      problem: "The arguments are not valid JSON, so nothing was done.",
    };
  }
  return { id, name, arguments: bounded(args), problem: problemOf(args) };

  function problemOf(args: Json): string | null {
    if (isTooDeep(args)) return "The arguments are nested too deeply, so nothing was done.";
    return tools.some((tool) => tool.name === call.toolName) ? null : `There is no tool named ${name}.`;
  }
}

async function perform(
  { name, arguments: args, problem }: PreparedCall,
  { toolBox, signal }: CallContext,
): Promise<Result> {
  if (problem !== null) return { result: problem, status: "failed" };
  try {
    const { result, status } = await orAborted(toolBox.call(name, args, signal), signal);
    return { result: bounded(result), status };
  } catch {
    signal.throwIfAborted();
    return { result: "The tool could not be reached.", status: "failed" };
  }
}

/** Models that take no arguments send an empty string. */
function parseArguments(input: string): Json | undefined {
  if (input.trim() === "") return {};
  try {
    return JSON.parse(input) as Json;
  } catch {
    return undefined;
  }
}

function uniqueId(wanted: string, used: Set<string>): string {
  let id = truncate(wanted, 100) || "call";
  for (let n = 2; used.has(id); n++) id = `${truncate(wanted, 100) || "call"}_${n}`;
  used.add(id);
  return id;
}

/** Storable, to its depth, and at most `limits.answerLength` code points as JSON; beyond it the beginning as text, with a mark. */
function bounded(value: Json): Json {
  const storable = toStorableJson(value);
  const json = JSON.stringify(storable) ?? "null";
  if (json.length <= limits.answerLength || codePointLength(json) <= limits.answerLength) return storable;
  let length = limits.answerLength - 100;
  let cut = `${truncate(json, length)}… [cut]`;
  // As a JSON string its quotes and backslashes are escaped once more.
  while (codePointLength(JSON.stringify(cut)) > limits.answerLength) {
    length = Math.floor(length * 0.8);
    cut = `${truncate(json, length)}… [cut]`;
  }
  return cut;
}
