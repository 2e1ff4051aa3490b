import { cpuDuring } from "./process-usage.ts";
import { median, summarize } from "./stats.ts";

/** One of the things compared: the product, a floor. */
export interface Contender {
  name: string;
  /** The process whose CPU counts. */
  pid: number;
  /** Runs for about `durationMs`; returns the operations done and, where it knows them, their latencies. */
  run(durationMs: number): Promise<{ operations: number; seconds: number; latenciesMs: number[] }>;
}

export interface Measured {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  cpuUs: number;
}

/**
 * Runs the contenders in turn, round after round, so that whatever else the machine does hits all of them alike.
 * Every figure is the median over the rounds; the first round only warms up.
 */
export async function interleave(
  contenders: readonly Contender[],
  { rounds, durationMs }: { rounds: number; durationMs: number },
): Promise<Map<string, Measured>> {
  const samples = new Map(contenders.map((contender) => [contender.name, [] as Measured[]]));
  for (let round = 0; round <= rounds; round++) {
    const order = round % 2 === 0 ? contenders : contenders.toReversed();
    for (const contender of order) {
      const measured = await measureOnce(contender, round === 0 ? durationMs / 2 : durationMs);
      if (round > 0) samples.get(contender.name)?.push(measured);
    }
  }
  return new Map([...samples].map(([name, list]) => [name, medianOf(list)]));
}

export function pick(results: Map<string, Measured>, name: string): Measured {
  const measured = results.get(name);
  if (!measured) throw new Error(`Nothing was measured under the name ${name}`);
  return measured;
}

async function measureOnce(contender: Contender, durationMs: number): Promise<Measured> {
  const { result, cpuUs } = await cpuDuring(contender.pid, () => contender.run(durationMs));
  const latencies = summarize(result.latenciesMs);
  return {
    perSecond: result.operations / result.seconds,
    p50Ms: latencies.p50,
    p99Ms: latencies.p99,
    cpuUs: cpuUs / result.operations,
  };
}

function medianOf(list: Measured[]): Measured {
  return {
    perSecond: median(list.map((one) => one.perSecond)),
    p50Ms: median(list.map((one) => one.p50Ms)),
    p99Ms: median(list.map((one) => one.p99Ms)),
    cpuUs: median(list.map((one) => one.cpuUs)),
  };
}
