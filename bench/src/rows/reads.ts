import { type Bench, type Group, pace } from "../bench.ts";
import { people, writerConversation } from "../data/shape.ts";
import { closedLoop } from "../load/closed-loop.ts";
import { Connection } from "../load/connection.ts";
import { type Caller, get, query } from "../load/requests.ts";
import { sessionOf } from "../load/session.ts";
import { type Contender, interleave, type Measured, pick } from "../measure/rounds.ts";
import { ms, perSecond, times, us } from "../report/format.ts";
import type { Result } from "../report/results.ts";

const connections = 10;

export const reads: Group = {
  name: "reads",
  title: "Reading",
  async run(bench) {
    await warmUp(bench);
    return {
      results: [...(await historyRows(bench)), ...(await pageRows(bench)), ...(await listRows(bench))],
      notes: [
        `${connections} connections, each with one request at a time; the product answers over tRPC to a session's cookie, as it does to a browser. *Ratio* is requests per second over raw's; CPU is the server process's alone.`,
      ],
      plots: [],
    };
  },
};

/** What is measured first must not pay for the compilation that the others find done. */
async function warmUp(bench: Bench): Promise<void> {
  const [product, raw] = [await bench.product(), await bench.rawServer()];
  const caller = await sessionOf(product.port, bench.owner, people.writer.id);
  const conversationId = writerConversation(100);
  const durationMs = bench.options.quick ? 2_000 : 6_000;
  for (const [procedure, input, path] of [
    ["message.history", { conversationId }, `/history/${people.writer.id}/${conversationId}`],
    ["conversation.list", { limit: 30 }, `/list/${people.writer.id}`],
    ["message.page", { conversationId, limit: 50 }, `/page/${people.writer.id}/${conversationId}`],
  ] as const) {
    await contender("product", product, query(procedure, input, caller)).run(durationMs);
    await contender("raw", raw, get(path)).run(durationMs / 2);
  }
}

async function historyRows(bench: Bench): Promise<Result[]> {
  const caller = await sessionOf((await bench.product()).port, bench.owner, people.writer.id);
  const rows: Result[] = [];
  for (const [length, target] of [
    [100, 0.9],
    [1_000, 1],
  ] as const) {
    const conversationId = writerConversation(length);
    const request = query("message.history", { conversationId }, caller);
    await expectCount(bench, request, length);
    const results = await compare(bench, request, `/history/${people.writer.id}/${conversationId}`);
    rows.push(...comparison(`History of ${length} messages`, target, results));
    if (length === 1_000) rows.push(await alone(bench, "History of 1,000 messages, one caller", request, 50));
  }
  return rows;
}

async function pageRows(bench: Bench): Promise<Result[]> {
  const caller = await sessionOf((await bench.product()).port, bench.owner, people.writer.id);
  const conversationId = writerConversation(10_000);
  const request = query("message.page", { conversationId, limit: 50 }, caller);
  const results = await compare(bench, request, `/page/${people.writer.id}/${conversationId}`);
  return [
    { ...difference("Newest page of 10,000 messages", results), target: "–", met: null },
    await alone(bench, "Newest page of 10,000 messages, one caller", request, 20),
  ];
}

async function listRows(bench: Bench): Promise<Result[]> {
  const caller = await sessionOf((await bench.product()).port, bench.owner, people.collector.id);
  const first = query("conversation.list", { limit: 30 }, caller);
  const results = await compare(bench, first, `/list/${people.collector.id}`);
  const product = await bench.product();
  const far = query("conversation.list", { limit: 30, cursor: await cursorOfPage(product.port, 200, caller) }, caller);
  const pages = await interleave([contender("first", product, first), contender("far", product, far)], pace(bench));
  const ratio = pick(pages, "first").perSecond / pick(pages, "far").perSecond;
  return [
    ...comparison("Conversation list, first page of 10,000", 0.9, results),
    {
      what: "Conversation list, page 200 against page 1",
      target: "≤ 1.2× the cost",
      measured: perSecond(pick(pages, "far").perSecond),
      floor: `${perSecond(pick(pages, "first").perSecond)} (page 1)`,
      ratio: times(ratio),
      met: ratio <= 1.2,
    },
    await alone(bench, "Conversation list, first page of 10,000, one caller", first, 20),
  ];
}

async function compare(bench: Bench, request: string, rawPath: string): Promise<Map<string, Measured>> {
  const [product, raw] = [await bench.product(), await bench.rawServer()];
  return interleave([contender("product", product, request), contender("raw", raw, get(rawPath))], pace(bench));
}

function contender(name: string, server: { pid: number; port: number }, request: string): Contender {
  const run = (durationMs: number) =>
    closedLoop({ port: server.port, connections, durationMs, request: () => request });
  return { name, pid: server.pid, run };
}

function comparison(what: string, target: number, results: Map<string, Measured>): Result[] {
  const cpu = pick(results, "product").cpuUs / pick(results, "raw").cpuUs;
  const row = difference(what, results);
  return [
    {
      ...row,
      target: `≥ ${target.toFixed(2)} of raw`,
      met: pick(results, "product").perSecond >= target * pick(results, "raw").perSecond,
    },
    {
      what: `${what}: CPU a request`,
      target: "≤ 1.15× raw",
      measured: us(pick(results, "product").cpuUs),
      floor: us(pick(results, "raw").cpuUs),
      ratio: times(cpu),
      met: Number.isNaN(cpu) ? null : cpu <= 1.15,
    },
  ];
}

function difference(what: string, results: Map<string, Measured>): Omit<Result, "target" | "met"> {
  const [product, raw] = [pick(results, "product"), pick(results, "raw")];
  const show = (one: Measured) => `${perSecond(one.perSecond)}, p50 ${ms(one.p50Ms)}, p99 ${ms(one.p99Ms)}`;
  return { what, measured: show(product), floor: show(raw), ratio: times(product.perSecond / raw.perSecond) };
}

/** The latency that one caller sees, who does not wait for others. */
async function alone(bench: Bench, what: string, request: string, limitMs: number): Promise<Result> {
  const product = await bench.product();
  const one = {
    name: "one",
    pid: product.pid,
    run: (durationMs: number) => closedLoop({ port: product.port, connections: 1, durationMs, request: () => request }),
  };
  const measured = pick(await interleave([one], pace(bench)), "one");
  return {
    what,
    target: `p99 < ${limitMs} ms`,
    measured: `p50 ${ms(measured.p50Ms)}, p99 ${ms(measured.p99Ms)}`,
    met: measured.p99Ms < limitMs,
  };
}

async function cursorOfPage(port: number, page: number, caller: Caller): Promise<string> {
  const connection = new Connection(port, { keepBodies: true });
  let cursor: string | undefined;
  for (let n = 1; n < page; n++) {
    const answer = await connection.exchange(query("conversation.list", { limit: 30, cursor }, caller));
    cursor = (JSON.parse(answer.body) as { result: { data: { nextCursor: string } } }).result.data.nextCursor;
  }
  connection.close();
  if (!cursor) throw new Error("The list has no cursor");
  return cursor;
}

async function expectCount(bench: Bench, request: string, count: number): Promise<void> {
  const connection = new Connection((await bench.product()).port, { keepBodies: true });
  const { status, body } = await connection.exchange(request);
  connection.close();
  const data = status === 200 ? (JSON.parse(body) as { result: { data: unknown[] } }).result.data : [];
  if (data.length !== count) throw new Error(`Expected ${count} messages, got ${data.length} (status ${status})`);
}
