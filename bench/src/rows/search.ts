import { type Bench, type Group, pace } from "../bench.ts";
import { people } from "../data/shape.ts";
import { commonWord, rareWord } from "../data/text.ts";
import { closedLoop } from "../load/closed-loop.ts";
import { Connection } from "../load/connection.ts";
import { query } from "../load/requests.ts";
import { sessionOf } from "../load/session.ts";
import { interleave, pick } from "../measure/rounds.ts";
import { ms } from "../report/format.ts";
import type { Result } from "../report/results.ts";

export const search: Group = {
  name: "search",
  title: "Search",
  async run(bench) {
    const results = [
      await searchRow(bench, "a rare word", rareWord, 5),
      await searchRow(bench, "a word in half of what was asked", commonWord, 60),
    ];
    return { results, notes: ["Over tRPC, one caller, 20 hits; the last word is a prefix, as one types."], plots: [] };
  },
};

async function searchRow(bench: Bench, name: string, word: string, limitMs: number): Promise<Result> {
  const product = await bench.product();
  const caller = await sessionOf(product.port, bench.owner, people.searcher.id);
  const request = query("search.find", { text: word, limit: 20 }, caller);
  const hits = await countHits(product.port, request);
  const run = (durationMs: number) =>
    closedLoop({ port: product.port, connections: 1, durationMs, request: () => request });
  const measured = pick(await interleave([{ name, pid: product.pid, run }], pace(bench)), name);
  return {
    what: `Search in a person's 50,000 messages: ${name}`,
    target: `p50 ≤ ${limitMs} ms`,
    measured: `p50 ${ms(measured.p50Ms)}, p99 ${ms(measured.p99Ms)} (${hits} hits)`,
    met: hits > 0 && measured.p50Ms <= limitMs,
  };
}

async function countHits(port: number, request: string): Promise<number> {
  const connection = new Connection(port, { keepBodies: true });
  const { status, body } = await connection.exchange(request);
  connection.close();
  if (status !== 200) throw new Error(`The search was answered with ${status}: ${body}`);
  return (JSON.parse(body) as { result: { data: unknown[] } }).result.data.length;
}
