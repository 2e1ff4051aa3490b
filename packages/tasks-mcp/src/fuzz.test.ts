import { request } from "node:http";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { call, setStage } from "./testing/stage.ts";
import { taskTools } from "./tools.ts";

/** Set it to what a failed run has printed, to see the same requests again. */
const seed = Number(process.env["FUZZ_SEED"] ?? 1);
const numRuns = Number(process.env["FUZZ_RUNS"] ?? 300);

const stage = setStage();
let taskOfAda: string;

beforeAll(async () => {
  console.info(`FUZZ_SEED=${seed}`);
  const { task } = await call(await stage.clientOf(stage.ada), "add_task", { title: "Ada's own" });
  taskOfAda = String(task?.id);
});

interface Answer {
  status: number;
  text: string;
}

function send(method: string, target: string, headers: Record<string, string>, body: string | null): Promise<Answer> {
  const { hostname, port } = new URL(stage.server.url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path: target, headers, agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const values = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(
    "",
    "\u0000",
    "\ud800",
    "x".repeat(6_000),
    "__proto__",
    "'; DROP TABLE tasks; --",
    "../..",
    1e308,
    -0,
  ),
);
const named = <Value>(known: fc.Arbitrary<string>, value: fc.Arbitrary<Value>) =>
  fc.array(fc.tuple(fc.oneof(known, fc.constantFrom("userId", "user_id", "__proto__", "sub")), value), {
    maxLength: 4,
  });

/** A call as MCP has it, of tools that are there and of those that are not, with arguments of every kind. */
const calls = () =>
  fc
    .tuple(
      fc.oneof(
        { weight: 5, arbitrary: fc.constant("tools/call") },
        fc.constantFrom("tools/list", "initialize", "resources/read", "", "__proto__"),
      ),
      fc.oneof(
        fc.constantFrom(...taskTools.map(({ name }) => name)),
        fc.constantFrom("", "constructor", "list_conversations"),
      ),
      named(
        fc.constantFrom("title", "description", "taskId", "completed", "status"),
        fc.oneof(values, fc.constant(taskOfAda), fc.constant(stage.ada)),
      ),
      fc.oneof(fc.constant(1), values),
    )
    .map(([method, name, pairs, id]) => {
      const args = `{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`;
      return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":${JSON.stringify(method)},"params":{"name":${JSON.stringify(name)},"arguments":${args}}}`;
    });

const bodies = () =>
  fc.oneof(
    { weight: 8, arbitrary: calls() },
    calls().map((text) => text.slice(0, Math.ceil(text.length / 2))),
    values.map((value) => JSON.stringify(value)),
    fc.constantFrom(
      "",
      "[]",
      "null",
      `${"[".repeat(9_000)}`,
      `${'{"a":'.repeat(9_000)}1${"}".repeat(9_000)}`,
      "x".repeat(1_100_000),
    ),
  );

const headersOf = (token: string) =>
  fc
    .record({
      authorization: fc.oneof(
        { weight: 8, arbitrary: fc.constant(`Bearer ${token}`) },
        fc.constantFrom("", "Bearer", "Bearer a.b.c", `Bearer ${token}x`, "Basic YTpi"),
      ),
      accept: fc.constantFrom("application/json, text/event-stream", "application/json, text/event-stream", "*/*", ""),
      "content-type": fc.constantFrom("application/json", "application/json", "application/json", "text/plain", ""),
      "mcp-session-id": fc.constantFrom("", "0", "\u00ff"),
      "mcp-protocol-version": fc.constantFrom("2025-06-18", "2025-06-18", "1", ""),
      "content-encoding": fc.constantFrom("identity", "identity", "gzip"),
    })
    .map((headers) => Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== "")));

describe("R-SEC-5: whatever the tool server is sent", () => {
  it("it answers in its own words, goes on, and nobody else's task is touched", async () => {
    const before = await stage.rowsOf(stage.ada);
    const { pid } = stage.server;
    const token = await stage.tokens.mint(stage.bob);
    const requests = fc.tuple(
      fc.oneof({ weight: 9, arbitrary: fc.constant("POST") }, fc.constantFrom("GET", "PUT", "DELETE", "OPTIONS")),
      fc.oneof(
        { weight: 9, arbitrary: fc.constant("/mcp") },
        fc.constantFrom("/", "//", "/mcp?a=1", "/mcp/", "/%", "*"),
      ),
      headersOf(token),
      bodies(),
    );
    const property = fc.asyncProperty(requests, async ([method, target, headers, body]) => {
      const { status, text } = await send(method, target, headers, body);
      expect(status, text.slice(0, 300)).toBeLessThan(500);
      expect(text).not.toMatch(
        /\n\s+at |node_modules|syntax error|violates|invalid input syntax|relation "|postgres:/i,
      );
      expect(text).not.toContain("Ada's own");
    });
    await fc.assert(property, { seed, numRuns, endOnFailure: true });
    expect(await stage.rowsOf(stage.ada)).toEqual(before);
    expect(stage.server.pid).toBe(pid);
  }, 60_000);
});
