import type { Bench } from "../bench.ts";
import { type FormFactor, type Scores, scoresOf } from "../browser/lighthouse.ts";
import { ofLength, type Visitor } from "../browser/visitor.ts";
import { median } from "../measure/stats.ts";
import { ms } from "../report/format.ts";
import type { Result } from "../report/results.ts";

const target = "≥ 95 / 100 / 100";

/** A conversation of 20 messages, loaded afresh. Where Lighthouse cannot be fetched, the rows say so. */
export async function lighthouseRows(bench: Bench, visitor: Visitor, url: string): Promise<Result[]> {
  const address = `${url}/c/${ofLength(visitor, 20).id}`;
  const rows: Result[] = [];
  for (const formFactor of ["desktop", "phone"] as const) {
    const what = `Lighthouse, ${formFactor}: performance / accessibility / best practices`;
    try {
      rows.push(row(what, await rounds(bench.options.quick ? 1 : 3, address, visitor, formFactor)));
    } catch (error) {
      bench.log(String(error));
      rows.push({ what, target, measured: "Lighthouse could not be run", met: null });
    }
  }
  return rows;
}

async function rounds(count: number, url: string, visitor: Visitor, formFactor: FormFactor): Promise<Scores> {
  const all: Scores[] = [];
  for (let round = 0; round < count; round++) all.push(await scoresOf(url, visitor, formFactor));
  const middle = (name: keyof Scores) => median(all.map((scores) => scores[name]));
  return {
    performance: middle("performance"),
    accessibility: middle("accessibility"),
    bestPractices: middle("bestPractices"),
    largestPaintMs: middle("largestPaintMs"),
    blockingMs: middle("blockingMs"),
  };
}

function row(what: string, scores: Scores): Result {
  const { performance, accessibility, bestPractices, largestPaintMs, blockingMs } = scores;
  return {
    what,
    target,
    measured: `${performance} / ${accessibility} / ${bestPractices} (largest paint ${ms(largestPaintMs)}, blocked ${ms(blockingMs)})`,
    met: performance >= 95 && accessibility === 100 && bestPractices === 100,
  };
}
