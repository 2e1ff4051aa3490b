import { randomUUID } from "node:crypto";
import path from "node:path";
import { type Database, openDatabase } from "@holdfast/db";
import pg from "pg";
import { type Bench, type Group, pace } from "../bench.ts";
import { conversationId, numbers, people } from "../data/shape.ts";
import { findPgbench, runPgbench } from "../floors/pgbench.ts";
import { closedLoopOf } from "../load/closed-loop.ts";
import { type Contender, interleave, type Measured, pick } from "../measure/rounds.ts";
import { ms, perSecond, times, us } from "../report/format.ts";
import type { Result } from "../report/results.ts";
import { secret } from "../servers/product.ts";

export const store: Group = {
  name: "store",
  title: "Storing",
  async run(bench) {
    const results: Result[] = [];
    for (const [connections, target] of [
      [10, 0.6],
      [50, 0.8],
    ] as const) {
      results.push(...(await storeRows(bench, connections, target)));
    }
    return {
      results: [...results, await spreadRow(bench), await aloneRow(bench)],
      notes: [
        "Through the database package, under row-level security, as the serving role; into conversations chosen among 10,000. The floor is pgbench with the same statements, prepared, as the owner, whom no policy concerns; *raw* is `pg` with one named statement, as the owner. A turn stores a pair: it is begun in one transaction and stored in another; in pgbench the second is pipelined, as it is with us. CPU is Node's alone.",
      ],
      plots: [],
    };
  },
};

const question = "A question of the benchmarks, about as long as most of them are.";
const answer = "An answer of the benchmarks. It is about as long as a short answer is, and says about as much.";
const user = people.collector.id;

async function storeRows(bench: Bench, connections: number, target: number): Promise<Result[]> {
  const db = await openDatabase({ ownerUrl: bench.ownerUrl, secret, poolSize: connections });
  const raw = new pg.Pool({ connectionString: bench.ownerUrl, max: connections });
  try {
    const { runner } = await db.runners.register();
    const contenders = [
      inProcess("message", connections, (n) => db.forUser(user).addMessage(conversationOf(n), "user", question)),
      inProcess("raw", connections, (n) =>
        raw.query({ name: "append", text: rawAppend, values: [user, conversationOf(n), question] }),
      ),
      inProcess("turn", connections, (n) => wholeTurn(db, runner, n)),
      ...pgbenchContenders(bench, connections, runner),
    ];
    const results = await interleave(contenders, pace(bench));
    const ratio = pick(results, "message").perSecond / pick(results, "raw").perSecond;
    return [
      againstPgbench(`Store a message, ${connections} connections`, target, results, "message"),
      againstPgbench(`Store a whole turn (a pair), ${connections} connections`, target, results, "turn"),
      {
        what: `The same message against raw without row-level security, ${connections} connections`,
        target: "≥ 0.70",
        measured: show(pick(results, "message")),
        floor: show(pick(results, "raw")),
        ratio: times(ratio),
        met: ratio >= 0.7,
      },
    ];
  } finally {
    await raw.end();
    await db.close();
  }
}

async function wholeTurn(db: Database, runner: number, n: number): Promise<void> {
  const turnId = randomUUID();
  const conversation = conversationOf(n);
  await db
    .forUser(user)
    .startTurn({ turnId, conversationId: conversation, prompt: question, model: "built-in", title: "", runner });
  const steps = [{ content: answer, toolCalls: [] }];
  const stored = await db.runners.finishTurn(
    { userId: user, turnId, runner },
    { status: "completed", steps, usage: null, cut: false },
  );
  if (!stored) throw new Error("A turn was not stored");
}

/** Written to in turn, 10,000 conversations cost what 200 do. */
async function spreadRow(bench: Bench): Promise<Result> {
  const db = await openDatabase({ ownerUrl: bench.ownerUrl, secret, poolSize: 10 });
  try {
    const append = (n: number) => db.forUser(user).addMessage(conversationOf(n), "user", question);
    const results = await interleave(
      [inProcess("all", 10, append), inProcess("few", 10, (n) => append(n % 200))],
      pace(bench),
    );
    const ratio = pick(results, "all").perSecond / pick(results, "few").perSecond;
    return {
      what: "10,000 conversations written to in turn, against 200",
      target: "≥ 0.85",
      measured: perSecond(pick(results, "all").perSecond),
      floor: perSecond(pick(results, "few").perSecond),
      ratio: times(ratio),
      met: ratio >= 0.85,
    };
  } finally {
    await db.close();
  }
}

async function aloneRow(bench: Bench): Promise<Result> {
  const db = await openDatabase({ ownerUrl: bench.ownerUrl, secret });
  try {
    const { runner } = await db.runners.register();
    const contenders = [
      inProcess("message", 1, (n) => db.forUser(user).addMessage(conversationOf(n), "user", question)),
      inProcess("turn", 1, (n) => wholeTurn(db, runner, n)),
    ];
    const results = await interleave(contenders, pace(bench));
    const [message, turn] = [pick(results, "message"), pick(results, "turn")];
    return {
      what: "Store a message; begin and store a turn; one caller",
      target: "p99 < 25 ms",
      measured: `p50 ${ms(message.p50Ms)}, p99 ${ms(message.p99Ms)}; p50 ${ms(turn.p50Ms)}, p99 ${ms(turn.p99Ms)}`,
      met: message.p99Ms < 25 && turn.p99Ms < 25,
    };
  } finally {
    await db.close();
  }
}

function inProcess(name: string, concurrency: number, operation: (n: number) => Promise<unknown>): Contender {
  let done = 0; // over all rounds, so that no two calls at once meet in one conversation
  const next = () => operation(done++);
  return { name, pid: process.pid, run: (durationMs) => closedLoopOf({ concurrency, durationMs, operation: next }) };
}

function pgbenchContenders(bench: Bench, connections: number, runner: number): Contender[] {
  const pgbench = findPgbench();
  if (!pgbench) return [];
  const variables = {
    user,
    runner,
    first: numbers.collectorBegins,
    last: numbers.collectorBegins + people.collector.conversations - 1,
  };
  return (["message", "turn"] as const).map((name) => ({
    name: `pgbench ${name}`,
    pid: process.pid,
    run: (durationMs) =>
      runPgbench({
        pgbench,
        databaseUrl: bench.ownerUrl,
        script: path.resolve(import.meta.dirname, "../floors", name === "message" ? "append.sql" : "turn.sql"),
        connections,
        durationMs,
        variables,
      }),
  }));
}

function againstPgbench(what: string, target: number, results: Map<string, Measured>, name: string): Result {
  const ours = pick(results, name);
  const floor = results.get(`pgbench ${name}`);
  const ratio = floor ? ours.perSecond / floor.perSecond : Number.NaN;
  return {
    what,
    target: `≥ ${target.toFixed(2)} of pgbench`,
    measured: `${show(ours)}, CPU ${us(ours.cpuUs)}`,
    floor: floor ? show(floor) : "pgbench is not installed",
    ratio: times(ratio),
    met: floor ? ratio >= target : null,
  };
}

function show(measured: Measured): string {
  return `${perSecond(measured.perSecond)}, p50 ${ms(measured.p50Ms)}, p99 ${ms(measured.p99Ms)}`;
}

function conversationOf(n: number): string {
  return conversationId(numbers.collectorBegins + (n % people.collector.conversations));
}

const rawAppend = `
  WITH moved AS (
    UPDATE conversations SET message_count = message_count + 1, updated_at = greatest(updated_at, statement_timestamp())
    WHERE user_id = $1 AND id = $2
      AND NOT EXISTS (SELECT FROM turns WHERE user_id = $1 AND conversation_id = $2 AND status = 'running')
    RETURNING message_count, updated_at
  )
  INSERT INTO messages (user_id, conversation_id, position, role, content, tool_calls, created_at)
  SELECT $1, $2, message_count, 'user', $3, NULL, updated_at FROM moved
  RETURNING id, position, tool_calls, created_at`;
