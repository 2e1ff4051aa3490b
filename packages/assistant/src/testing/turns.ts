import { type AnswerStep, applyEvents, type Json, type ToolCall, type TurnEvent } from "@holdfast/contract";
import { noTools } from "../tool-box.ts";
import type { Assistant, ToolBox, TurnOutcome, TurnRequest } from "../types.ts";

export interface FinishedTurn {
  events: TurnEvent[];
  steps: AnswerStep[];
  text: string;
  outcome: TurnOutcome;
}

/** Runs a turn to its end; what is not given is empty. */
export async function finishTurn(
  assistant: Pick<Assistant, "runTurn">,
  request: Partial<TurnRequest> & { prompt: string },
  onEvent: (event: TurnEvent) => void = () => undefined,
): Promise<FinishedTurn> {
  const turn = assistant.runTurn({
    model: "scripted",
    history: [],
    earlierCalls: [],
    person: { name: "Ada", isGuest: false },
    tools: noTools,
    signal: new AbortController().signal,
    ...request,
  });
  const events: TurnEvent[] = [];
  for (;;) {
    const next = await turn.next();
    if (next.done) {
      const steps = applyEvents([], events);
      return { events, steps, text: steps.map((step) => step.content).join(""), outcome: next.value };
    }
    events.push(next.value);
    onEvent(next.value);
  }
}

/** A tool box of functions. One that throws is a tool that cannot be reached. */
export function toolBoxOf(
  tools: Record<string, (args: Json, signal: AbortSignal) => Promise<Json> | Json>,
): ToolBox & { calls: { name: string; args: Json }[] } {
  const calls: { name: string; args: Json }[] = [];
  return {
    calls,
    list: async () => Object.keys(tools).map((name) => ({ name, description: name, inputSchema: { type: "object" } })),
    async call(name, args, signal) {
      calls.push({ name, args });
      const result = await tools[name]?.(args, signal);
      return result === undefined ? { result: "unknown", status: "failed" } : { result, status: "completed" };
    },
    close: async () => undefined,
  };
}

/** A conversation in which one thing follows another; `history` grows with each turn, as the database would keep it. */
export function converse(assistant: Pick<Assistant, "runTurn">, options: Pick<TurnRequest, "tools" | "model">) {
  const history: TurnRequest["history"][number][] = [];
  return async (prompt: string): Promise<FinishedTurn> => {
    const turn = await finishTurn(assistant, { ...options, prompt, history });
    history.push({ role: "user", content: prompt, toolCalls: null });
    for (const step of turn.steps) {
      const toolCalls = step.toolCalls as ToolCall[]; // none runs any more
      history.push({ role: "assistant", content: step.content, toolCalls: toolCalls.length > 0 ? toolCalls : null });
    }
    return turn;
  };
}
