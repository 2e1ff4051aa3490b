import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createAssistant } from "./assistant.ts";
import { type FakeProvider, startFakeProvider } from "./testing/fake-provider.ts";
import { finishTurn, toolBoxOf } from "./testing/turns.ts";
import type { Assistant, Log } from "./types.ts";

const key = "sk-very-secret-key";
const logged: string[] = [];
const keep = (fields: object, message: string) => void logged.push(JSON.stringify(fields) + message);
const log: Log = { info: keep, warn: keep, error: keep };

let provider: FakeProvider;
let assistant: Assistant;

beforeAll(async () => {
  provider = await startFakeProvider();
  const remote = { apiKey: key, baseUrl: provider.baseUrl };
  assistant = createAssistant({ openai: remote, anthropic: remote, limits: { silenceMs: 1200 }, log });
});
afterAll(async () => {
  await assistant.close();
  await provider.stop();
});
afterEach(() => {
  provider.requests.length = 0;
});

/** How each script of the provider has to end, and what its words must contain. */
const failures: [script: string, code: string, words: RegExp][] = [
  ["401", "model_refused", /key/u],
  ["403", "model_refused", /key/u],
  ["404", "model_unknown", /does not know this model/u],
  ["429", "model_busy", /in a moment/u],
  ["429-retry-after", "model_busy", /in 20 seconds/u],
  ["500", "model_unavailable", /problem of its own/u],
  ["503", "model_unavailable", /problem of its own/u],
  ["html", "model_unavailable", /problem of its own/u],
  ["html-200", "model_garbled", /not an answer/u],
  ["malformed", "model_garbled", /not an answer/u],
  ["error-chunk", "model_broke_off", /broke off/u],
  ["disconnect", "model_broke_off", /broke off/u],
  ["no-finish", "model_broke_off", /broke off/u],
  ["hang", "model_silent", /said nothing/u],
  ["hang-midway", "model_silent", /said nothing/u],
  ["blank", "answer_blank", /without saying anything/u],
  ["length-at-once", "answer_blank", /limit of its length/u],
  ["refuse-context", "context_too_long", /too long/u],
];

describe.each(["openai", "anthropic"])("a provider that speaks the protocol of %s", (protocol) => {
  it("streams an answer, with its tokens", async () => {
    const { text, outcome } = await finishTurn(assistant, {
      model: `${protocol}/fake-echo`,
      prompt: "Hello there, you",
    });
    expect(text).toBe("Echo: Hello there, you");
    expect(outcome).toEqual({
      status: "completed",
      cut: false,
      usage: { inputTokens: 100, outputTokens: 20, cost: null },
    });
  });

  it("passes words on while the answer is still being written", async () => {
    const stopping = new AbortController();
    const request = { model: `${protocol}/fake-hang-midway`, prompt: "go", signal: stopping.signal };
    const { text, outcome } = await finishTurn(assistant, request, () => stopping.abort());
    expect(text).not.toBe("");
    expect(outcome).toMatchObject({ status: "aborted" });
  });

  it.each(failures)("R-TURN-2: %s ends as %s, in words a person understands", async (script, code, words) => {
    const { outcome } = await finishTurn(assistant, {
      model: `${protocol}/fake-${script}`,
      prompt: "My own private words",
    });
    expect(outcome).toMatchObject({ status: "failed", failure: { code } });
    if (outcome.status !== "failed") return;
    expect(outcome.failure.message).toMatch(words);
    expect(outcome.failure.message).not.toMatch(/sk-|http|Error|\bat\b.*:\d+|undefined|html/u);
    // The cause is logged: it holds no key, no address, and none of what was said.
    const cause = JSON.stringify(outcome.cause, Object.getOwnPropertyNames(outcome.cause ?? {}));
    expect(cause).not.toMatch(/sk-|private words/u);
  });

  it("R-TURN-4: an answer that ends at the model's own limit is complete, and marked as cut", async () => {
    const { text, outcome } = await finishTurn(assistant, { model: `${protocol}/fake-length`, prompt: "go" });
    expect(text).toBe("This is the beginning of an answer");
    expect(outcome).toMatchObject({ status: "completed", cut: true, usage: { inputTokens: 100, outputTokens: 20 } });
  });

  it("runs tool calls that are split over chunks, and gives their results back in the provider's format", async () => {
    const tools = toolBoxOf({ add_task: (args) => ({ task: args }) });
    const prompt = '[tool add_task {"title":"Buy milk, and more: \\"quoted\\""}]';
    const { steps, text, outcome } = await finishTurn(assistant, { model: `${protocol}/fake-echo`, prompt, tools });
    expect(outcome.status).toBe("completed");
    expect(tools.calls).toEqual([{ name: "add_task", args: { title: 'Buy milk, and more: "quoted"' } }]);
    expect(steps[0]?.toolCalls).toHaveLength(1);
    expect(text).toMatch(/^The tools said: .*Buy milk/u);
    expect(provider.requests).toHaveLength(2);
  });

  it("runs parallel calls", async () => {
    const tools = toolBoxOf({ add_task: (args) => ({ task: args }) });
    const { steps } = await finishTurn(assistant, { model: `${protocol}/fake-parallel`, prompt: "go", tools });
    expect(steps[0]?.toolCalls.map((call) => call.arguments)).toEqual([
      { title: "First of two" },
      { title: "Second of two" },
    ]);
    expect(steps[1]?.content).toMatch(/First of two.*Second of two/u);
  });

  it("R-TURN-4: a stop ends the request as well", async () => {
    const stop = new AbortController();
    const { outcome } = await finishTurn(
      assistant,
      { model: `${protocol}/fake-slow`, prompt: "go", signal: stop.signal },
      () => stop.abort(),
    );
    expect(outcome.status).toBe("aborted");
  });

  it("R-TURN-4: a stop at whatever moment ends the turn as stopped, and leaves no promise that nobody holds", async () => {
    const tools = toolBoxOf({ add_task: (args) => ({ task: args }) });
    const prompt = '[tool add_task {"title":"Tea"}] [then long 20 1]';
    // A rejection that nobody holds would end the server; here it fails the run.
    const statuses = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const stop = new AbortController();
        if (index === 0) stop.abort("stopped");
        else setTimeout(() => stop.abort("stopped"), index);
        const request = { model: `${protocol}/fake-echo`, prompt, tools, signal: stop.signal };
        const { outcome } = await finishTurn(assistant, request);
        return outcome.status;
      }),
    );
    expect(statuses[0]).toBe("aborted");
    for (const status of statuses) expect(["aborted", "completed"]).toContain(status);
    await new Promise((resolve) => setTimeout(resolve, 50));
  });

  it("R-MSG-8: earlier tool calls go to the model in its own format, before their results", async () => {
    const toolCalls = [
      {
        id: "weird id/1",
        name: "add_task",
        arguments: { title: "Tea" },
        result: { task: { id: "7" } },
        status: "completed" as const,
      },
    ];
    const history = [
      { role: "user" as const, content: "add tea", toolCalls: null },
      { role: "assistant" as const, content: "", toolCalls },
      { role: "assistant" as const, content: "Added.", toolCalls: null },
      { role: "tool" as const, content: "stored by a program", toolCalls: null },
      { role: "system" as const, content: "also stored", toolCalls: null },
    ];
    const tools = toolBoxOf({ add_task: () => 1 });
    const { outcome } = await finishTurn(assistant, {
      model: `${protocol}/fake-echo`,
      prompt: "thanks",
      history,
      tools,
    });
    expect(outcome.status).toBe("completed");
    // Requests that were broken off may still come in.
    const request = provider.requests.find(({ body }) => JSON.stringify(body).includes("thanks"));
    const { messages } = (request?.body ?? {}) as {
      messages: { role: string; content: unknown; tool_calls?: { id: string }[]; tool_call_id?: string }[];
    };
    if (protocol === "openai") {
      expect(messages.map((message) => message.role)).toEqual([
        "system",
        "user",
        "assistant",
        "tool",
        "assistant",
        "user",
      ]);
      expect(messages[3]?.tool_call_id).toBe(messages[2]?.tool_calls?.[0]?.id);
    } else {
      expect(messages.map((message) => message.role)).toEqual(["user", "assistant", "user", "assistant", "user"]);
      const [use] = (messages[1]?.content ?? []) as { type: string; id: string }[];
      const [result] = (messages[2]?.content ?? []) as { type: string; tool_use_id: string }[];
      expect(use?.id).toMatch(/^[\w-]{1,40}$/u);
      expect(result).toMatchObject({ type: "tool_result", tool_use_id: use?.id });
    }
  });
});

describe("choosing models", () => {
  it("asks the servers, lists the built-in one last, and takes the first as default", async () => {
    const models = await assistant.models();
    expect(models[0]).toEqual({ id: "openai/fake-echo", name: "fake-echo" });
    expect(models.some((model) => model.id === "anthropic/fake-echo")).toBe(true);
    expect(models.at(-1)).toEqual({ id: "built-in", name: "Built-in" });
    expect(await assistant.defaultModel()).toBe("openai/fake-echo");
    expect(await assistant.hasModel("openai/fake-slow")).toBe(true);
    expect(await assistant.hasModel("openai/unheard-of")).toBe(false);
    expect(await assistant.hasModel("elsewhere/fake-slow")).toBe(false);
    expect(provider.requests.filter((request) => request.path === "/v1/models").length).toBeLessThanOrEqual(2);
  });

  it("names the models it is given without asking, and the chosen default first", async () => {
    const openai = { baseUrl: provider.baseUrl, models: ["one", "org/two"] };
    const own = createAssistant({ openai, defaultModel: "openai/org/two", log });
    expect((await own.models()).map((model) => model.id)).toEqual(["openai/org/two", "openai/one", "built-in"]);
    expect(provider.requests).toEqual([]);
    await own.close();
  });

  it("works without a key, as local servers do", async () => {
    const own = createAssistant({ openai: { baseUrl: provider.baseUrl }, log });
    const { text } = await finishTurn(own, { model: "openai/fake-echo", prompt: "hi" });
    expect(text).toBe("Echo: hi");
    expect(provider.requests.every((request) => request.headers["authorization"] === undefined)).toBe(true);
    await own.close();
  });

  it("sends the name and password of an address as a header, and never says them", async () => {
    const baseUrl = provider.baseUrl.replace("http://", "http://me:pass%20word@");
    const own = createAssistant({ openai: { baseUrl }, log });
    await finishTurn(own, { model: "openai/fake-echo", prompt: "hi" });
    expect(provider.requests.at(-1)?.headers["authorization"]).toBe(
      `Basic ${Buffer.from("me:pass word").toString("base64")}`,
    );
    await own.close();
  });

  it("a server that is down leaves the built-in model, and an honest failure", async () => {
    const gone = await startFakeProvider();
    await gone.stop();
    const own = createAssistant({ openai: { apiKey: key, baseUrl: gone.baseUrl }, log });
    expect((await own.models()).map((model) => model.id)).toEqual(["built-in"]);
    expect(await own.hasModel("openai/anything")).toBe(true);
    const { outcome } = await finishTurn(own, { model: "openai/anything", prompt: "hi" });
    expect(outcome).toMatchObject({
      status: "failed",
      failure: { code: "model_unavailable", message: expect.stringMatching(/cannot be reached/u) },
    });
    await own.close();
  });

  it("a model whose server is not configured any more fails by its name", async () => {
    const own = createAssistant({ log });
    const { outcome } = await finishTurn(own, { model: "openai/gone", prompt: "hi" });
    expect(outcome).toMatchObject({ status: "failed", failure: { code: "model_unknown" } });
    expect(() => createAssistant({ defaultModel: "openai/gone", log })).toThrow(/belongs to no configured server/u);
  });

  it("logs no key", () => {
    expect(logged.join("\n")).not.toContain(key);
  });
});

describe("titles", () => {
  const signal = new AbortController().signal;

  it("takes the model's words, without quotes and full stop", async () => {
    const title = await assistant.suggestTitle({
      model: "openai/fake-echo",
      prompt: '[say "A walk by the sea."]',
      answer: "Yes",
      signal,
    });
    expect(title).toBe("A walk by the sea");
  });

  it.each(["500", "malformed", "hang", "blank"])("%s gives none, and never throws", async (script) => {
    expect(
      await assistant.suggestTitle({
        model: `anthropic/fake-${script}`,
        prompt: "a",
        answer: "b",
        signal: AbortSignal.timeout(300),
      }),
    ).toBeNull();
  });

  it("the built-in model offers none", async () => {
    expect(await assistant.suggestTitle({ model: "built-in", prompt: "a", answer: "b", signal })).toBeNull();
  });
});
