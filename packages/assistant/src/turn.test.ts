import { type Json, limits } from "@holdfast/contract";
import { describe, expect, it } from "vitest";
import { createScriptedAssistant, type Line } from "./testing/scripted.ts";
import { finishTurn, toolBoxOf } from "./testing/turns.ts";

const scripted = (script: Parameters<typeof createScriptedAssistant>[0]["script"], limits = {}) =>
  createScriptedAssistant({ script, limits });
const lines = (...all: Line[]) => scripted(() => all);

describe("what a model says", () => {
  it("yields its words as they come, and completes", async () => {
    const { events, outcome } = await finishTurn(lines({ say: "One two", everyMs: 1 }), { prompt: "go" });
    expect(events).toEqual([
      { type: "text", step: 0, delta: "One" },
      { type: "text", step: 0, delta: " two" },
    ]);
    expect(outcome).toEqual({ status: "completed", usage: null, cut: false });
  });

  it("R-MSG-6: joins a surrogate pair that is split over two deltas before it is yielded", async () => {
    const { events, text } = await finishTurn(lines({ say: "a\ud83d" }, { say: "\ude00b" }), { prompt: "go" });
    expect(text).toBe("a😀b");
    for (const event of events) expect(event.type === "text" && event.delta.isWellFormed()).toBe(true);
  });

  it("R-MSG-6: NUL and lone surrogates become U+FFFD", async () => {
    const { text } = await finishTurn(lines({ say: "a\u0000b\udc00c" }, { say: "end\ud800" }), { prompt: "go" });
    expect(text).toBe("a\uFFFDb\uFFFDcend\uFFFD");
  });

  it("R-TURN-4: cuts at the limit of code points, and says so", async () => {
    const { text, outcome } = await finishTurn(
      lines({ say: "😀".repeat(limits.answerLength - 1) }, { say: "abc" }, { hang: true }),
      { prompt: "go" },
    );
    expect([...text]).toHaveLength(limits.answerLength);
    expect(text.endsWith("😀a")).toBe(true);
    expect(outcome).toMatchObject({ status: "completed", cut: true });
  });

  it("an answer of exactly the limit is not cut", async () => {
    const { outcome } = await finishTurn(lines({ say: "x".repeat(limits.answerLength) }), { prompt: "go" });
    expect(outcome).toMatchObject({ status: "completed", cut: false });
  });

  it.each([[[]], [[{ say: "" }]], [[{ say: " \n" }, { say: "\t" }]]] as Line[][][])(
    "R-TURN-4: a completed but blank answer is a failure: %j",
    async (script) => {
      const { events, outcome } = await finishTurn(lines(...script), { prompt: "go" });
      expect(outcome).toMatchObject({ status: "failed", failure: { code: "answer_blank" } });
      expect(events).toEqual([]);
    },
  );

  it("sums the tokens of all steps", async () => {
    const assistant = scripted((_, step) =>
      step === 0
        ? [{ call: "look" }, { usage: { input: 10, output: 2 } }]
        : [{ say: "Done" }, { usage: { input: 20, output: 3 } }],
    );
    const { outcome } = await finishTurn(assistant, { prompt: "go", tools: toolBoxOf({ look: () => 1 }) });
    expect(outcome).toEqual({
      status: "completed",
      cut: false,
      usage: { inputTokens: 30, outputTokens: 5, cost: null },
    });
  });

  it.each(["length", "content-filter"] as const)(
    "R-TURN-4: one that the model ends early (%s) is complete, marked as cut, and the half calls in it are not made",
    async (finish) => {
      const tools = toolBoxOf({ add_task: () => 1 });
      const script = lines({ say: "So far" }, { call: "add_task", with: { title: "T" } }, { finish });
      const { text, outcome } = await finishTurn(script, { prompt: "go", tools });
      expect(text).toBe("So far");
      expect(outcome).toMatchObject({ status: "completed", cut: true });
      expect(tools.calls).toEqual([]);
    },
  );

  it("R-TURN-2: one that came to the model's limit before a word says so", async () => {
    const { outcome } = await finishTurn(lines({ finish: "length" }), { prompt: "go" });
    expect(outcome).toMatchObject({
      status: "failed",
      failure: { code: "answer_blank", message: expect.stringMatching(/limit of its length/u) },
    });
  });
});

describe("what goes wrong with a model", () => {
  it("an error part fails the turn, though the stream then finishes", async () => {
    const { outcome, text } = await finishTurn(
      lines({ say: "So far" }, { error: { message: "secret", type: "server_error" } }, { say: "never" }),
      { prompt: "go" },
    );
    expect(outcome).toMatchObject({ status: "failed", failure: { code: "model_broke_off" } });
    expect(text).toBe("So far");
    expect(JSON.stringify(outcome)).not.toContain("secret");
  });

  it("a stream that throws broke off", async () => {
    const { outcome } = await finishTurn(lines({ say: "So far" }, { crash: new TypeError("terminated") }), {
      prompt: "go",
    });
    expect(outcome).toMatchObject({ status: "failed", failure: { code: "model_broke_off" } });
  });

  it("a stream that ends without finishing broke off", async () => {
    const { outcome } = await finishTurn(lines({ say: "So far" }, { breakOff: true }), { prompt: "go" });
    expect(outcome).toMatchObject({ status: "failed", failure: { code: "model_broke_off" } });
  });

  it.each([[[{ hang: true }]], [[{ say: "Begun" }, { hang: true }]]] as Line[][][])(
    "a silent model is given up: %j",
    async (script) => {
      const { outcome } = await finishTurn(
        scripted(() => script, { silenceMs: 60 }),
        { prompt: "go" },
      );
      expect(outcome).toMatchObject({ status: "failed", failure: { code: "model_silent" } });
    },
  );

  it("a model that keeps talking is not silent, however long it takes", async () => {
    const { outcome } = await finishTurn(
      scripted(() => [{ say: "a b c d e f g h", everyMs: 150 }], { silenceMs: 1000 }),
      { prompt: "go" },
    );
    expect(outcome.status).toBe("completed");
  });

  it("a turn that takes too long as a whole is ended", async () => {
    const { outcome } = await finishTurn(
      scripted(() => [{ say: "a ".repeat(1000), everyMs: 10 }], { turnMs: 100 }),
      { prompt: "go" },
    );
    expect(outcome).toMatchObject({ status: "failed", failure: { code: "model_broke_off" } });
  });
});

describe("stopping", () => {
  it.each([
    ["before the first word", [{ hang: true }]],
    ["in mid-answer", [{ say: "Begun" }, { hang: true }]],
  ] as [string, Line[]][])("R-TURN-4: ends at once %s, and yields nothing more", async (_, script) => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    const start = performance.now();
    const { outcome } = await finishTurn(lines(...script), { prompt: "go", signal: stop.signal });
    expect(outcome.status).toBe("aborted");
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it("R-TURN-4: does not wait for a tool that runs on", async () => {
    const stop = new AbortController();
    const tools = toolBoxOf({ sleep: () => new Promise<Json>(() => undefined) });
    setTimeout(() => stop.abort(), 50);
    const { outcome, events } = await finishTurn(lines({ call: "sleep" }), {
      prompt: "go",
      tools,
      signal: stop.signal,
    });
    expect(outcome.status).toBe("aborted");
    expect(events.map((event) => event.type)).toEqual(["tool-call"]);
  });

  it("a turn that is aborted before it begins says nothing", async () => {
    const { outcome, events } = await finishTurn(lines({ say: "Hello" }), {
      prompt: "go",
      signal: AbortSignal.abort(),
    });
    expect(outcome.status).toBe("aborted");
    expect(events).toEqual([]);
  });
});

describe("the tokens of an answer that did not come to its end", () => {
  const counted: Line[] = [{ call: "look" }, { usage: { input: 10, output: 2 } }];
  const ends: [string, Line[], (stop: AbortController) => void][] = [
    ["is stopped", [{ say: "x".repeat(70) }, { hang: true }], (stop) => stop.abort()],
    ["breaks off", [{ say: "x".repeat(70) }, { breakOff: true }], () => undefined],
  ];

  async function usageOf(rounds: Line[][], onText: (stop: AbortController) => void, model = "scripted") {
    const stop = new AbortController();
    const { outcome } = await finishTurn(
      scripted((_, step) => rounds[step] ?? []),
      { model, prompt: "go", tools: toolBoxOf({ look: () => 1 }), signal: stop.signal },
      (event) => event.type === "text" && onText(stop),
    );
    return outcome.usage;
  }

  it.each(ends)(
    "R-TURN-4: one that %s has what the provider counted, and a marked guess at the rest",
    async (...end) => {
      const [, round, onText] = end;
      const usage = await usageOf([counted, round], onText);
      expect(usage).toEqual({
        inputTokens: expect.any(Number),
        outputTokens: 2 + 70 / 3.5,
        cost: null,
        estimated: true,
      });
      expect(usage?.inputTokens).toBeGreaterThan(100); // the system prompt alone is longer
    },
  );

  it.each(ends)("R-TURN-4: of one that %s in its first round all is a guess, with its price", async (...end) => {
    const [, round, onText] = end;
    const usage = await usageOf([round], onText, "openai/gpt-4o");
    expect(usage).toMatchObject({ outputTokens: 20, estimated: true });
    expect(usage?.cost).toBeCloseTo(((usage?.inputTokens ?? 0) * 2.5 + 20 * 10) / 1e6, 10);
  });

  it("R-TURN-4: of one that had not begun to speak nothing is known, and the built-in assistant counts nothing", async () => {
    expect(await usageOf([[{ breakOff: true }]], () => undefined)).toBeNull();
    expect(await usageOf([[{ say: "So far" }, { breakOff: true }]], () => undefined, "built-in")).toBeNull();
    expect(await usageOf([counted, [{ breakOff: true }]], () => undefined)).toEqual({
      inputTokens: 10,
      outputTokens: 2,
      cost: null,
      estimated: true,
    });
  });

  it("a whole answer is the provider's to count, and no guess", async () => {
    expect(await usageOf([counted, [{ say: "Done" }, { usage: { input: 20, output: 3 } }]], () => undefined)).toEqual({
      inputTokens: 30,
      outputTokens: 5,
      cost: null,
    });
    expect(await usageOf([[{ say: "Done" }]], () => undefined)).toBeNull();
  });
});
