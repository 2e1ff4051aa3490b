import type { Assistant, TurnOutcome, TurnRequest } from "@holdfast/assistant";
import type { TurnEvent } from "@holdfast/contract";

/** An assistant that says what the test tells it to, when it is told: each answer is found by the prompt. */
export interface ToldAssistant extends Assistant {
  say(prompt: string, delta: string): void;
  finish(prompt: string): void;
  fail(prompt: string): void;
  /** Before another attempt: what the one before was told and did not say is not said in this one. */
  forget(prompt: string): void;
}

type Order = { event: TurnEvent } | { outcome: TurnOutcome };

export function createToldAssistant(): ToldAssistant {
  const answers = new Map<string, { orders: Order[]; wake: () => void }>();

  function tell(prompt: string, order: Order): void {
    const answer = answerTo(prompt);
    answer.orders.push(order);
    answer.wake();
  }

  function answerTo(prompt: string) {
    const answer = answers.get(prompt) ?? { orders: [], wake: () => undefined };
    answers.set(prompt, answer);
    return answer;
  }

  async function* runTurn({ prompt, signal }: TurnRequest): AsyncGenerator<TurnEvent, TurnOutcome, void> {
    const answer = answerTo(prompt);
    for (;;) {
      if (signal.aborted) return { status: "aborted", usage: null };
      const order = answer.orders.shift();
      if (order && "outcome" in order) return order.outcome;
      if (order) yield order.event;
      else await nextOrder(answer, signal);
    }
  }

  return {
    runTurn,
    forget: (prompt) => answers.delete(prompt),
    say: (prompt, delta) => tell(prompt, { event: { type: "text", step: 0, delta } }),
    finish: (prompt) => tell(prompt, { outcome: { status: "completed", usage: null, cut: false } }),
    fail: (prompt) => {
      const failure = { code: "model_broke_off" as const, message: "The model broke off." };
      tell(prompt, { outcome: { status: "failed", failure, cause: null, usage: null } });
    },
    models: async () => [{ id: "told", name: "Told" }],
    hasModel: async (id) => id === "told",
    defaultModel: async () => "told",
    suggestTitle: async () => null,
    historyBudget: () => 100_000,
    close: async () => undefined,
  };
}

function nextOrder(answer: { wake: () => void }, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    answer.wake = resolve;
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
