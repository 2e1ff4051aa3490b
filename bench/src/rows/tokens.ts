import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Bench, Group } from "../bench.ts";
import { usageOf } from "../measure/process-usage.ts";
import { median, type Summary, summarize } from "../measure/stats.ts";
import { ms, times } from "../report/format.ts";
import type { Plot } from "../report/plot.ts";
import type { Result } from "../report/results.ts";
import { type ClockTurns, runClockTurns, type TokenDelays, watchTokenSource } from "./clock-turns.ts";

export const tokens: Group = {
  name: "tokens",
  title: "Token to watching client",
  async run(bench) {
    const delays = await delayRows(bench);
    const { result, plot } = await turnsOfOneCore(bench);
    return {
      results: [...delays, result],
      notes: [
        "Every token is its own timestamp, written by a provider in another process, received over the person's live feed by the load process, all by one monotonic clock. The floor is the same client watching the provider directly.",
      ],
      plots: [{ file: "live-turns.svg", plot }],
    };
  },
};

async function delayRows(bench: Bench): Promise<Result[]> {
  const { quick } = bench.options;
  const [rounds, seconds] = quick ? [1, 5] : [3, 8];
  const source = await bench.tokenSource();
  const one = await bench.product();
  const other = await bench.startProduct();
  const samples = { floor: [] as Summary[], alone: [] as Summary[], same: [] as Summary[], across: [] as Summary[] };
  const losses: TokenDelays[] = [];
  const measure = async (turns: number, watchPort: number) => {
    const delays = await runClockTurns({ turns, seconds, runPort: one.port, watchPort });
    losses.push(delays);
    return summarize(delays.delaysMs);
  };
  try {
    for (let round = 0; round < rounds; round++) {
      samples.floor.push(summarize(await watchTokenSource(source.port, 50, seconds)));
      samples.alone.push(await measure(1, one.port));
      samples.same.push(await measure(50, one.port));
      samples.across.push(await measure(50, other.port));
    }
  } finally {
    await other.stop();
  }
  const lost = losses.reduce((sum, { missing, failed }) => sum + missing + failed, 0);
  const floor = middle(samples.floor);
  return [
    delayRow("One turn", "p99 ≤ 50 ms", middle(samples.alone), floor, ({ p99 }) => p99 <= 50),
    delayRow(
      "50 turns × 50 tokens/s, one process",
      "p50 ≤ 40, p99 ≤ 100 ms",
      middle(samples.same),
      floor,
      ({ p50, p99 }) => p50 <= 40 && p99 <= 100,
    ),
    delayRow(
      "50 turns × 50 tokens/s, run in one process, watched in another",
      "p99 ≤ 150 ms",
      middle(samples.across),
      floor,
      ({ p99 }) => p99 <= 150,
    ),
    { what: "Tokens missing or doubled, turns not completed", target: "0", measured: String(lost), met: lost === 0 },
  ];
}

/** More and more turns on a server that has one core to itself, until the tokens come too late. */
async function turnsOfOneCore(bench: Bench): Promise<{ result: Result; plot: Plot }> {
  const steps = bench.options.quick ? [50, 100, 200] : [50, 100, 150, 200, 250, 300, 350, 400];
  const source = await bench.tokenSource();
  const unpin = leaveTheFirstCore([process.pid, source.pid]);
  const product = await bench.startProduct(unpin ? { core: 0 } : {});
  const points: { turns: number; delays: Summary; cpu: number }[] = [];
  try {
    await runClockTurns({ turns: 10, seconds: 2, runPort: product.port, watchPort: product.port });
    for (const turns of steps) {
      const { delays, cpu } = await atLoad(
        { turns, seconds: bench.options.quick ? 4 : 6, runPort: product.port, watchPort: product.port },
        product.pid,
      );
      points.push({ turns, delays, cpu });
      bench.log(`  ${turns} turns: p99 ${ms(delays.p99)}, CPU ${Math.round(cpu * 100)} %`);
      if (delays.p99 > 250) break;
      await sleep(500);
    }
  } finally {
    await product.stop();
    unpin?.();
  }
  const carried = points.filter(({ delays }) => delays.p99 <= 250).at(-1);
  return { result: carriedRow(carried), plot: livePlot(points) };
}

async function atLoad(load: ClockTurns, pid: number): Promise<{ delays: Summary; cpu: number }> {
  const [before, startedAt] = [usageOf(pid), performance.now()];
  const { delaysMs, missing } = await runClockTurns(load);
  const [after, elapsedMs] = [usageOf(pid), performance.now() - startedAt];
  const delays = summarize(delaysMs);
  const cpu = before && after ? (after.cpuUs - before.cpuUs) / 1000 / elapsedMs : Number.NaN;
  return { delays: missing > 0 ? { ...delays, p99: Number.POSITIVE_INFINITY } : delays, cpu };
}

function carriedRow(carried: { turns: number; delays: Summary; cpu: number } | undefined): Result {
  return {
    what: "Live turns one core carries, each watched once, before p99 passes 250 ms",
    target: "≥ 200",
    measured: carried
      ? `${carried.turns} (p50 ${ms(carried.delays.p50)}, p99 ${ms(carried.delays.p99)}, ${Math.round(carried.cpu * 100)} % of the core)`
      : "none",
    met: (carried?.turns ?? 0) >= 200,
  };
}

function livePlot(points: { turns: number; delays: Summary }[]): Plot {
  const finite = points.filter(({ delays }) => Number.isFinite(delays.p99));
  const series = (name: "p50" | "p99") => ({
    name,
    points: finite.map(({ turns, delays }) => ({ x: turns, y: delays[name] })),
  });
  return {
    title: "Delay of a token against turns on one core (50 tokens/s each)",
    xLabel: "live turns",
    yLabel: "ms",
    series: [series("p50"), series("p99")],
    target: { y: 250, name: "250 ms" },
  };
}

function delayRow(
  what: string,
  target: string,
  delays: Summary,
  floor: Summary,
  isMet: (delays: Summary) => boolean,
): Result {
  return {
    what,
    target,
    measured: `p50 ${ms(delays.p50)}, p99 ${ms(delays.p99)}`,
    floor: `p50 ${ms(floor.p50)}, p99 ${ms(floor.p99)}`,
    ratio: `${times(delays.p99 / floor.p99)} (p99)`,
    met: isMet(delays),
  };
}

function middle(rounds: Summary[]): Summary {
  const of = (name: keyof Summary) => median(rounds.map((round) => round[name]));
  return { count: of("count"), p50: of("p50"), p99: of("p99"), max: of("max") };
}

/** Keeps the load off the core that is measured. Null where the system cannot; else how to undo it. */
function leaveTheFirstCore(pids: number[]): (() => void) | null {
  const last = cpus().length - 1;
  const pin = (list: string) => {
    for (const pid of pids) execFileSync("taskset", ["-a", "-c", "-p", list, String(pid)], { stdio: "ignore" });
  };
  try {
    if (last < 1) return null;
    pin(`1-${last}`);
    return () => pin(`0-${last}`);
  } catch {
    return null;
  }
}
