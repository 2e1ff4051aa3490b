import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { idOf } from "../data/ids.ts";
import { conversationId, numbers } from "../data/shape.ts";
import { Connection } from "../load/connection.ts";
import { type EventStream, openEventStream } from "../load/event-stream.ts";
import { bearer, type Caller, mutation, nobody, query, queryPath } from "../load/requests.ts";
import { clockMs } from "../measure/clock.ts";
import { secret } from "../servers/product.ts";

const everyMs = 20;
/** The first tokens are left out: compilation, the first connections. */
const warmUpMs = 1_500;

export interface ClockTurns {
  turns: number;
  seconds: number;
  /** Where the turns are started and run. */
  runPort: number;
  /** Where their people watch. */
  watchPort: number;
}

export interface TokenDelays {
  delaysMs: number[];
  /** Tokens that never arrived, or twice. */
  missing: number;
  /** Turns that were not stored whole, and gaps between chunks. */
  failed: number;
}

/** Runs turns of 50 tokens a second, each watched by its person's live feed, and tells how old the tokens arrive. */
export async function runClockTurns({ turns, seconds, runPort, watchPort }: ClockTurns): Promise<TokenDelays> {
  const tokens = Math.round((seconds * 1000 + warmUpMs) / everyMs);
  const result: TokenDelays = { delaysMs: [], missing: 0, failed: 0 };
  const people = Array.from({ length: turns }, (_, n) => startWatching(n, watchPort, tokens, result));
  try {
    await Promise.all(people.map((person) => person.stream.opened));
    await Promise.all(
      people.map(async (person, n) => {
        await sleep((n / turns) * 500);
        person.begin();
        await start(runPort, person.caller, person.conversationId, tokens);
      }),
    );
    const limit = sleep(seconds * 1000 + 30_000, "late");
    await Promise.race([Promise.all(people.map((person) => person.ended)), limit]);
  } finally {
    for (const person of people) person.stream.close();
  }
  for (const person of people) result.missing += Math.abs(tokens - person.received());
  return result;
}

/** The floor: the same tokens, watched where they are written. */
export async function watchTokenSource(port: number, streams: number, seconds: number): Promise<number[]> {
  const delaysMs: number[] = [];
  const tokens = Math.round((seconds * 1000 + warmUpMs) / everyMs);
  const begunAt = clockMs();
  const endings = Array.from({ length: streams }, () => {
    const { promise, resolve } = deferred();
    const path = `/clock?tokens=${tokens}&everyMs=${everyMs}`;
    openEventStream(port, path, nobody, (data) => {
      if (data === "[DONE]") return resolve();
      const { choices } = JSON.parse(data) as { choices: { delta: { content?: string } }[] };
      if (clockMs() > begunAt + warmUpMs) addDelays(delaysMs, choices[0]?.delta.content ?? "");
    });
    return promise;
  });
  await Promise.all(endings);
  return delaysMs;
}

type FeedEvent =
  | { type: "turn-chunk"; seq: number; events: { delta?: string }[] }
  | { type: "turn-ended"; status: string }
  | { type: "turn-started"; turn: Snapshot }
  | { type: "connected"; running: Snapshot[] }
  | { type: "conversation-changed" | "tasks-changed" };

/** Replaces all that the receiver holds. */
interface Snapshot {
  seq: number;
  steps: { content: string }[];
}

/** Watches as the page does: a snapshot counts up to its `seq`, a chunk once, and what is stored has the last word. */
function startWatching(n: number, port: number, tokens: number, result: TokenDelays) {
  const caller = bearer(idOf("user", numbers.firstOrdinary + n), secret);
  const conversation = conversationId(numbers.ordinaryBegins + n);
  const { promise: ended, resolve } = deferred();
  let seq = 0;
  let received = 0;
  let begunAt = Number.POSITIVE_INFINITY;

  function hear(said: string): void {
    received += countTokens(said);
    if (clockMs() > begunAt + warmUpMs) addDelays(result.delaysMs, said);
  }

  function replace(turn: Snapshot): void {
    const stamps = turn.steps
      .map((step) => step.content)
      .join("")
      .split(" ");
    hear(stamps.slice(received).join(" "));
    seq = turn.seq;
  }

  /** The end comes after the last chunks only where the turn runs; elsewhere they are read with the stored answer. */
  async function conclude(status: string): Promise<void> {
    const answer = status === "completed" ? await readAnswer(port, caller, conversation) : "";
    hear(answer.split(" ").slice(received).join(" "));
    if (status !== "completed" || countTokens(answer) !== tokens) result.failed++;
    resolve();
  }

  const stream: EventStream = openEventStream(port, queryPath("live.feed"), caller, (data, event) => {
    if (event !== "" && event !== "message") return;
    const feed = JSON.parse(data) as FeedEvent;
    if (feed.type === "turn-ended") void conclude(feed.status);
    else if (feed.type === "turn-started") replace(feed.turn);
    else if (feed.type === "connected") for (const turn of feed.running) replace(turn);
    else if (feed.type === "turn-chunk" && feed.seq > seq) {
      if (feed.seq > seq + 1) result.failed++;
      seq = feed.seq;
      hear(feed.events.map((one) => one.delta ?? "").join(""));
    }
  });
  const begin = () => (begunAt = clockMs());
  return { caller, conversationId: conversation, stream, ended, begin, received: () => received };
}

async function readAnswer(port: number, caller: Caller, conversation: string): Promise<string> {
  const connection = new Connection(port, { keepBodies: true });
  try {
    const { body } = await connection.exchange(
      query("message.page", { conversationId: conversation, limit: 1 }, caller),
    );
    const { result } = JSON.parse(body) as { result: { data: { messages: { content: string }[] } } };
    return result.data.messages[0]?.content ?? "";
  } finally {
    connection.close();
  }
}

/** As the page does it: an answer that says "try again in a moment" is followed by the same turn again. */
async function start(port: number, caller: Caller, conversation: string, tokens: number): Promise<void> {
  const message = `tokens=${tokens} everyMs=${everyMs}`;
  const input = { turnId: randomUUID(), conversationId: conversation, message, model: "openai/clock" };
  const connection = new Connection(port, { keepBodies: true });
  try {
    for (let attempt = 1; ; attempt++) {
      const answer = await connection.exchange(mutation("turn.start", input, caller));
      if (answer.status === 200) return;
      if (answer.status !== 503 || attempt === 5)
        throw new Error(`A turn was not started: ${answer.status} ${answer.body}`);
      await sleep(1_000);
    }
  } finally {
    connection.close();
  }
}

function addDelays(delaysMs: number[], said: string): void {
  const now = clockMs();
  for (const stamp of said.split(" ")) if (stamp !== "") delaysMs.push(now - Number(stamp));
}

function countTokens(said: string): number {
  return said.split(" ").filter((stamp) => stamp !== "").length;
}

/** `Promise.withResolvers` of later Nodes. */
function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
