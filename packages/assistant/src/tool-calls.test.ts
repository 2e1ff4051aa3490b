import { type Json, jsonFault, limits, type ToolCall } from "@holdfast/contract";
import { describe, expect, it } from "vitest";
import { createScriptedAssistant, type Line } from "./testing/scripted.ts";
import { finishTurn, toolBoxOf } from "./testing/turns.ts";

const scripted = (script: Parameters<typeof createScriptedAssistant>[0]["script"], limits = {}) =>
  createScriptedAssistant({ script, limits });
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

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

  it.each([150, 20_000])(
    "R-SEC-7: cuts arguments and results %i levels deep, and calls nothing with such",
    async (depth) => {
      const deep = JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`);
      let called = 0;
      const tools = toolBoxOf({ deep: () => deep, take: () => called++ });
      const model = scripted((_, step) => {
        if (step > 0) return [{ say: "Done" }];
        return [{ call: "deep" }, { callGarbled: "take", input: `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}` }];
      });
      const { steps } = await finishTurn(model, { prompt: "go", tools });
      const [result, refused] = steps[0]?.toolCalls ?? [];
      expect(jsonFault(result?.result)).toBeNull();
      expect(jsonFault(refused?.arguments)).toBeNull();
      expect(refused).toMatchObject({ status: "failed", result: expect.stringContaining("nested too deeply") });
      expect(called).toBe(0);
    },
  );

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

  it("lets no tool be called in the last step, so that the model has to answer", async () => {
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

  it("R-TURN-9: what earlier attempts did is given to the model, after the prompt, and is the beginning of the answer", async () => {
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
    const tools = toolBoxOf({ add_task: () => 1 });
    const { steps } = await finishTurn(assistant, { prompt: "add milk", earlierCalls: [earlier], tools });
    expect(steps).toEqual([
      { content: "", toolCalls: [earlier] },
      { content: "It is there already", toolCalls: [] },
    ]);
    expect(tools.calls).toEqual([]);
    expect(given).toContain("do not repeat it");
    expect(given.indexOf("add milk")).toBeLessThan(given.indexOf('"toolCallId":"x"'));

    const again = scripted((_, step) => (step === 1 ? [{ call: "add_task", id: "x" }] : [{ error: "boom" }]));
    const failed = await finishTurn(again, { prompt: "add milk", earlierCalls: [earlier], tools });
    expect(failed.outcome.status).toBe("failed");
    expect(failed.steps.flatMap((step) => step.toolCalls.map((call) => call.id))).toEqual(["x", "x_2"]);
  });
});
