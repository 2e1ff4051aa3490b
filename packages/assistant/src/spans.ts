import type { LanguageModelV3 } from "@ai-sdk/provider";
import type { TurnEvent } from "@holdfast/contract";
import { failureOf } from "./failures.ts";
import { runStep, type StepOptions, type StepSaid } from "./step.ts";
import type { Span, ToolBox } from "./types.ts";

/** One round of the model, as a span of its turn where there is one. Names are those of OpenTelemetry's conventions. */
export async function* measuredStep(
  turn: Span | undefined,
  model: LanguageModelV3,
  step: number,
  options: StepOptions,
): AsyncGenerator<TurnEvent, StepSaid, void> {
  if (!turn) return yield* runStep(model, step, options);
  const attributes = { "gen_ai.operation.name": "chat", "gen_ai.request.model": model.modelId, "holdfast.step": step };
  const round = turn.begin(`chat ${model.modelId}`, attributes);
  try {
    const said = yield* runStep(model, step, options);
    round.set({
      "gen_ai.usage.input_tokens": said.usage?.inputTokens.total,
      "gen_ai.usage.output_tokens": said.usage?.outputTokens.total,
      "holdfast.tool_calls": said.calls.length,
    });
    round.end();
    return said;
  } catch (error) {
    round.end(isHalt(error, options.signal) ? undefined : failureOf(error).failure.code);
    throw error;
  }
}

/** The tools of a turn, each call of which is a span of it. */
export function measuredTools(turn: Span | undefined, tools: ToolBox): ToolBox {
  if (!turn) return tools;
  return {
    list: (signal) => tools.list(signal),
    close: () => tools.close(),
    async call(name, args, signal) {
      const attributes = { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name };
      const call = turn.begin(`execute_tool ${name}`, attributes);
      try {
        const answer = await tools.call(name, args, signal);
        call.end(answer.status === "failed" ? "tool_failed" : undefined);
        return answer;
      } catch (error) {
        call.end(signal.aborted ? undefined : "tool_unreachable");
        throw error;
      }
    },
  };
}

/** Ended by whoever runs the turn, which is no failure of the model; its own time limits are errors. */
function isHalt(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted && !(error instanceof Error);
}
