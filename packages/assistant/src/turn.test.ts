import type { Json, ToolCall } from "@holdfast/contract";
import { limits } from "@holdfast/contract";
import { describe, expect, it } from "vitest";
import { createScriptedAssistant, type Line } from "./testing/scripted.ts";
import { finishTurn, toolBoxOf } from "./testing/turns.ts";

const scripted = (script: Parameters<typeof createScriptedAssistant>[0]["script"], limits = {}) =>
  createScriptedAssistant({ script, limits });
const lines = (...all: Line[]) => scripted(() => all);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

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
      scripted(() => [{ say: "a b c d e f g h", everyMs: 40 }], { silenceMs: 200 }),
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
    expect(outcome).toEqual({ status: "aborted", usage: null });
    expect(performance.now() - start).toBeLessThan(500);
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

describe("tool calls", () => {
  const addThen = (first: Line[], then = "Done") => scripted((_, step) => (step === 0 ? first : [{ say: then }]));

  it("R-TASK-2: runs a call, yields it and its result, and gives it back to the model", async () => {
    const seen: string[] = [];
    const assistant = scripted((_, step, prompt) => {
      seen.push(JSON.stringify(prompt.slice(2)));
      return step === 0
        ? [{ say: "Adding." }, { call: "add_task", with: { title: "Milk" }, id: "call_1" }]
        : [{ say: "Added." }];
    });
    const tools = toolBoxOf({ add_task: () => ({ task: { title: "Milk" } }) });
    const { steps, outcome } = await finishTurn(assistant, { prompt: "add milk", tools });
    expect(outcome.status).toBe("completed");
    expect(steps).toEqual([
      {
        content: "Adding.",
        toolCalls: [
          {
            id: "call_1",
            name: "add_task",
            arguments: { title: "Milk" },
            result: { task: { title: "Milk" } },
            status: "completed",
          },
        ],
      },
      { content: "Added.", toolCalls: [] },
    ]);
    expect(JSON.parse(seen[1] ?? "")).toEqual([
      {
        role: "assistant",
        content: [
          { type: "text", text: "Adding." },
          { type: "tool-call", toolCallId: "call_1", toolName: "add_task", input: { title: "Milk" } },
        ],
      },
      {
        role: "tool",
        content: [
          {
            type: "tool-result",
            toolCallId: "call_1",
            toolName: "add_task",
            output: { type: "json", value: { task: { title: "Milk" } } },
          },
        ],
      },
    ]);
  });

  it("runs the calls of one step at once, and yields their results in order", async () => {
    let running = 0;
    let most = 0;
    const work = (ms: number) => async (): Promise<Json> => {
      most = Math.max(most, ++running);
      await sleep(ms);
      running--;
      return ms;
    };
    const tools = toolBoxOf({ slow: work(80), quick: work(5) });
    const { events } = await finishTurn(
      addThen([
        { call: "slow", id: "a" },
        { call: "quick", id: "b" },
      ]),
      { prompt: "go", tools },
    );
    expect(most).toBe(2);
    const ids = (type: string) => events.flatMap((event) => (event.type === type && "id" in event ? [event.id] : []));
    expect(ids("tool-call")).toEqual(["a", "b"]);
    expect(ids("tool-result")).toEqual(["a", "b"]);
  });

  it.each([
    ["throws", [{ call: "broken" }], "The tool could not be reached."],
    ["does not exist", [{ call: "rm_rf" }], "There is no tool named rm_rf."],
    [
      "has arguments that are no JSON",
      [{ callGarbled: "broken", input: '{"a":' }],
      "The arguments are not valid JSON, so nothing was done.",
    ],
  ] as [string, Line[], string][])("a tool that %s shows as failed, and the answer goes on", async (_, call, words) => {
    const tools = toolBoxOf({
      broken: () => {
        throw new Error("password authentication failed for user postgres");
      },
    });
    const { steps, text, outcome } = await finishTurn(addThen(call, "I could not."), { prompt: "go", tools });
    expect(steps[0]?.toolCalls[0]).toMatchObject({ status: "failed", result: words });
    expect(text).toBe("I could not.");
    expect(outcome.status).toBe("completed");
  });

  it("bounds what a tool returns, with a mark", async () => {
    const tools = toolBoxOf({ flood: () => ({ text: '"\\'.repeat(limits.answerLength) }) });
    const { steps } = await finishTurn(addThen([{ call: "flood" }]), { prompt: "go", tools });
    const result = steps[0]?.toolCalls[0]?.result;
    expect([...JSON.stringify(result)].length).toBeLessThanOrEqual(limits.answerLength);
    expect(result).toMatch(/… \[cut\]$/u);
  });

  it("R-MSG-6: makes arguments and results storable", async () => {
    const tools = toolBoxOf({ echo: (args) => args });
    const { steps } = await finishTurn(addThen([{ call: "echo", with: { "k\u0000": ["v\ud800", 1, null] } }]), {
      prompt: "go",
      tools,
    });
    expect(steps[0]?.toolCalls[0]).toMatchObject({
      arguments: { "k\uFFFD": ["v\uFFFD", 1, null] },
      result: { "k\uFFFD": ["v\uFFFD", 1, null] },
    });
  });

  it("gives calls of one turn different ids, where a server begins again with each step", async () => {
    const assistant = scripted((_, step) => (step < 2 ? [{ call: "look", id: "call_0" }] : [{ say: "Done" }]));
    const { steps } = await finishTurn(assistant, { prompt: "go", tools: toolBoxOf({ look: () => 1 }) });
    expect(steps.flatMap((step) => step.toolCalls.map((call) => call.id))).toEqual(["call_0", "call_0_2"]);
  });

  it("takes the tools away in the last step, so that the model has to answer", async () => {
    let asked = 0;
    const assistant = scripted(
      () => {
        asked++;
        return [{ call: "look" }, { say: `Step ${asked}` }];
      },
      { steps: 3 },
    );
    const { outcome, steps } = await finishTurn(assistant, { prompt: "go", tools: toolBoxOf({ look: () => 1 }) });
    expect(asked).toBe(3);
    expect(outcome.status).toBe("completed");
    expect(steps.at(-1)).toEqual({ content: "Step 3", toolCalls: [] });
  });

  it("a turn that only called tools is complete", async () => {
    const assistant = scripted((_, step) => (step === 0 ? [{ call: "look" }] : [{ say: "  " }]));
    const { outcome, steps } = await finishTurn(assistant, { prompt: "go", tools: toolBoxOf({ look: () => 1 }) });
    expect(outcome.status).toBe("completed");
    expect(steps).toHaveLength(1);
  });

  it("goes on without tools where their server is away", async () => {
    const prompts: string[] = [];
    const assistant = scripted((_, __, prompt) => {
      prompts.push(JSON.stringify(prompt[0]));
      return "Hello";
    });
    const tools = { ...toolBoxOf({}), list: () => Promise.reject(new Error("ECONNREFUSED")) };
    const { outcome } = await finishTurn(assistant, { prompt: "go", tools });
    expect(outcome.status).toBe("completed");
    expect(prompts[0]).toContain("not available right now");
  });

  it("R-TURN-9: what earlier attempts did is given to the model, after the prompt", async () => {
    const earlier: ToolCall = {
      id: "x",
      name: "add_task",
      arguments: { title: "Milk" },
      result: { ok: true },
      status: "completed",
    };
    let given = "";
    const assistant = scripted((_, __, prompt) => {
      given = JSON.stringify(prompt);
      return "It is there already";
    });
    await finishTurn(assistant, {
      prompt: "add milk",
      earlierCalls: [earlier],
      tools: toolBoxOf({ add_task: () => 1 }),
    });
    expect(given).toContain("do not repeat them");
    expect(given.indexOf("add milk")).toBeLessThan(given.indexOf('"toolCallId":"x"'));
  });
});
