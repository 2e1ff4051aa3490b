import { rm } from "node:fs/promises";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { startEmbeddedPostgres } from "@holdfast/db";
import { type CollectedSpan, Collector } from "../fixtures/collector.ts";
import { makeDataDir } from "../fixtures/data-dir.ts";
import { Provider } from "../fixtures/provider.ts";
import { ServerProcess } from "../fixtures/server-process.ts";
import { expect, test } from "../fixtures/test.ts";

const secret = "a secret that is in no span, long enough";
/** In everything that is written: in a message, a task, a title, a search, an answer. */
const mark = "Wintergreen";
const caller = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" };

let surroundings: Record<string, string>;
let leave: () => Promise<void>;

test.beforeAll(async () => {
  const dataDir = await makeDataDir();
  const [postgres, provider] = await Promise.all([startEmbeddedPostgres({ dataDir, log: () => {} }), Provider.start()]);
  surroundings = {
    HOLDFAST_DATA_DIR: dataDir,
    DATABASE_URL: postgres.url,
    BETTER_AUTH_SECRET: secret,
    LIMIT_SENDS_PER_MINUTE: "0",
    OPENAI_BASE_URL: provider.baseUrl,
    DEFAULT_MODEL: "openai/fake-echo",
  };
  leave = async () => {
    await provider.goesAway();
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
});

test.afterAll(() => leave());

test("R-OPS-4: a turn with a tool call is traced from the request on, and nothing that anybody wrote is in it", async () => {
  const collector = await Collector.open();
  // Nothing is sent before the end, so that all of it was kept until then.
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: "x-tenant=ours",
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
    OTEL_BSP_SCHEDULE_DELAY: "600000",
    OTEL_SERVICE_NAME: "holdfast-of-a-test",
  };
  const { requestId, cookies, turn, output } = await serving(env, async (server) => {
    const visitor = new Visitor(server.url);
    const asked = await visitor.calls("turn.chat", {
      message: `[tool add_task {"title":"${mark} milk"}] for ${mark}`,
    });
    expect(asked.status, JSON.stringify(asked.body)).toBe(200);
    const { turnId, conversationId } = asked.body.result.data;
    await visitor.calls("conversation.rename", { id: conversationId, title: `${mark} title` });
    await visitor.asks("search.find", { text: mark, limit: 5 });
    await visitor.asks("conversation.get", { id: turnId }); // there is none of that id
    await fetch(`${server.url}/c/none?token=${mark}`);
    await fetch(`${server.url}/api/health/ready`);
    expect(collector.spans).toEqual([]);
    return { requestId: asked.requestId, cookies: visitor.cookies, turn: { turnId, conversationId } };
  });
  const { spans } = collector;

  const chat = theOnly(spans, (span) => span.attributes["holdfast.request_id"] === requestId);
  expect(chat).toMatchObject({ name: "POST /api/trpc", kind: 2, traceId: caller.traceId, parentSpanId: caller.spanId });
  expect(chat.attributes).toMatchObject({
    "service.name": "holdfast-of-a-test",
    "deployment.environment.name": "test",
    "http.request.method": "POST",
    "http.route": "/api/trpc",
    "http.response.status_code": 200,
  });
  const procedure = theOnly(spans, ({ name }) => name === "turn.chat");
  expect(procedure).toMatchObject({ traceId: caller.traceId, parentSpanId: chat.spanId });
  expect(theOnly(spans, ({ name }) => name === "db startTurn")).toMatchObject({ parentSpanId: procedure.spanId });

  const root = theOnly(spans, ({ name }) => name === "turn");
  expect(root.parentSpanId ?? "").toBe("");
  expect(root.traceId).not.toBe(caller.traceId);
  expect(root.links).toMatchObject([{ traceId: caller.traceId, spanId: procedure.spanId }]);
  expect(root.attributes).toMatchObject({
    "holdfast.turn.id": turn.turnId,
    "holdfast.conversation.id": turn.conversationId,
    "holdfast.turn.status": "completed",
    "gen_ai.request.model": "openai/fake-echo",
    "gen_ai.usage.output_tokens": expect.anything(),
  });
  const below = spans.filter((span) => span.parentSpanId === root.spanId && span.traceId === root.traceId);
  expect(below.map(({ name }) => name).filter((name) => !name.startsWith("db "))).toEqual([
    "chat fake-echo",
    "execute_tool add_task",
    "chat fake-echo",
  ]);
  expect(below.map(({ name }) => name)).toContain("db finishTurn");

  const refused = theOnly(spans, ({ attributes }) => attributes["holdfast.error_code"] === "NOT_FOUND");
  expect(refused).toMatchObject({ name: "conversation.get", status: {} });
  expect(spans.filter(({ name }) => name.includes("health"))).toEqual([]);
  for (const line of output.split("\n").filter((each) => each.includes(requestId ?? "")))
    expect(JSON.parse(line)).toMatchObject({
      trace_id: caller.traceId,
      span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
    });

  expect(collector.received.length).toBeGreaterThan(0);
  for (const received of collector.received) {
    expect(received).toContain('"x-tenant":"ours"');
    for (const word of [mark, secret, ...cookies]) expect(received.toLowerCase()).not.toContain(word.toLowerCase());
  }
  await collector.close();
});

for (const [what, answers] of [
  ["refuses connections", false],
  ["takes connections and never answers", true],
] as const) {
  test(`R-OPS-4: a collector that ${what} is told of once, and neither breaks anything nor holds up the end`, async () => {
    const sockets = new Set<Socket>();
    const hanging = createServer((socket) => sockets.add(socket)).listen(0, "127.0.0.1");
    await new Promise((resolve) => hanging.once("listening", resolve));
    const { port } = hanging.address() as AddressInfo; // it listens on a port
    if (!answers) hanging.close();
    const env = {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${port}/v1/traces`,
      OTEL_BSP_SCHEDULE_DELAY: "100",
      OTEL_EXPORTER_OTLP_TIMEOUT: "500",
    };
    const { output } = await serving(env, async (server) => {
      const visitor = new Visitor(server.url);
      for (let n = 0; n < 10; n++) {
        expect((await visitor.calls("turn.chat", { message: `hello ${n}` })).status).toBe(200);
      }
      await expect(async () => expect(server.output).toContain("traces cannot be sent")).toPass();
      return {};
    });
    expect(output.split("traces cannot be sent")).toHaveLength(2);
    expect(output).not.toContain("the end took too long");
    for (const socket of sockets) socket.destroy();
    if (answers) hanging.close();
  });
}

test("R-OPS-4: without a collector nothing of OpenTelemetry's SDK is loaded", async () => {
  const { output } = await serving(reportingModules, async (server) => {
    expect((await new Visitor(server.url).calls("turn.chat", { message: "hello" })).status).toBe(200);
    return {};
  });
  expect(output).toContain("loads pino");
  expect(output).not.toMatch(/loads @opentelemetry\/(sdk|exporter|core|resources)/);
});

/** A server of its own, from its start to its end, and all that it printed. */
async function serving<T>(
  env: Record<string, string>,
  work: (server: ServerProcess) => Promise<T>,
): Promise<T & { output: string }> {
  const server = await ServerProcess.start({ ...surroundings, ...env });
  try {
    const result = await work(server);
    await server.end();
    return { ...result, output: server.output };
  } finally {
    await server.end();
  }
}

/** Somebody without an account, who keeps the cookies of a guest, and whose requests are part of a trace. */
class Visitor {
  readonly #url: string;
  readonly #jar = new Map<string, string>();

  constructor(url: string) {
    this.#url = url;
  }

  get cookies(): string[] {
    return [...this.#jar.values()].filter((value) => value.length > 8);
  }

  calls(procedure: string, input: object) {
    const body = JSON.stringify(input);
    return this.#send(procedure, { method: "POST", body, headers: { "content-type": "application/json" } });
  }

  asks(procedure: string, input: object) {
    return this.#send(`${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`, {});
  }

  async #send(path: string, { headers, ...init }: RequestInit) {
    const traceparent = `00-${caller.traceId}-${caller.spanId}-01`;
    const cookie = [...this.#jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(`${this.#url}/api/trpc/${path}`, {
      ...init,
      headers: { ...headers, origin: this.#url, traceparent, cookie },
    });
    for (const set of answer.headers.getSetCookie()) {
      const [name = "", value = ""] = set.split(";")[0]?.split("=") ?? [];
      this.#jar.set(name, value);
    }
    return { status: answer.status, requestId: answer.headers.get("x-request-id"), body: await answer.json() };
  }
}

function theOnly(spans: CollectedSpan[], is: (span: CollectedSpan) => boolean): CollectedSpan {
  const found = spans.filter(is);
  expect(found, `among ${spans.map(({ name }) => name).join(", ")}`).toHaveLength(1);
  return found[0] as CollectedSpan; // there is one
}

/** Lets a process say which packages it loads. */
const hooks = `export async function resolve(name, context, next) {
  if (/^[@a-z]/.test(name) && !name.includes(":")) process._rawDebug("loads " + name);
  return next(name, context);
}`;
const register = `import { register } from "node:module"; register(${JSON.stringify(asModule(hooks))});`;
const reportingModules = { NODE_OPTIONS: `--import=${asModule(register)}` };

function asModule(text: string): string {
  return `data:text/javascript,${encodeURIComponent(text)}`;
}
