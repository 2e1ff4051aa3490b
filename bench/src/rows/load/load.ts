import { setTimeout as sleep } from "node:timers/promises";
import type { Bench, Group } from "../../bench.ts";
import { mixedLoad, type Outcome } from "../../load/mixed-load.ts";
import { usageOf } from "../../measure/process-usage.ts";
import { type Summary, summarize } from "../../measure/stats.ts";
import { count, ms } from "../../report/format.ts";
import type { Plot } from "../../report/plot.ts";
import type { Result } from "../../report/results.ts";
import type { Product } from "../../servers/product.ts";
import { type Audit, Ledger } from "./ledger.ts";
import { chooser, loadPeople, watchTurns } from "./people.ts";

const perSecond = 200;

/** R-PERF-6: 99.9 % of operations succeed, and all that was acknowledged is there afterwards, in order. */
export const load: Group = {
  name: "load",
  title: "Load: 500 people, 10,000 conversations",
  async run(bench) {
    const durationMs = bench.options.loadMinutes * 60_000;
    await bench.tokenSource();
    const product = await bench.startProduct();
    const people = loadPeople(bench.size, 500, 10_000);
    const ledger = new Ledger();
    const watch = watchTurns(people, product.port);
    try {
      await Promise.all(watch.streams.map((stream) => stream.opened));
      const next = chooser(people, ledger, watch);
      const disk = await watchDisk(bench);
      await disk.settled();
      const warmUpMs = bench.options.quick ? 3_000 : 10_000;
      const warmUp = await mixedLoad({ port: product.port, perSecond, durationMs: warmUpMs, next });
      const health = watchHealth(product);
      await disk.read();
      const outcomes = await mixedLoad({ port: product.port, perSecond, durationMs, next });
      const diskMs = summarize(await disk.read());
      for (let waited = 0; watch.unfinished() > 0 && waited < 30_000; waited += 100) await sleep(100);
      const samples = health.stop();
      const audit = await ledger.audit(bench.owner);
      const conversations = people.reduce((sum, person) => sum + person.conversations.length, 0);
      const lost = { unfinished: watch.unfinished(), notCompleted: watch.notCompleted() };
      return {
        results: [
          ...successRows([...warmUp, ...outcomes], lost, audit),
          ...operationRows(outcomes),
          diskRow(diskMs),
          ...healthRows(samples),
        ],
        notes: [
          `${count(people.length)} people with their live feeds open and ${count(conversations)} conversations; ${perSecond} operations a second for ${bench.options.loadMinutes} minutes, sent when due, however slow the answers; latencies count from the moment at which an operation was due. A send is a whole turn of 20 tokens, watched to its end. Latencies leave out the first ${warmUpMs / 1000} s, in which everything is compiled.`,
          ...(lost.notCompleted > 0
            ? [`${lost.notCompleted} turns failed after they had been begun; what was sent is kept with them.`]
            : []),
          ...failuresOf([...warmUp, ...outcomes]),
        ],
        plots: [
          { file: "load-latency.svg", plot: latencyPlot(outcomes) },
          { file: "load-memory.svg", plot: memoryPlot(samples) },
        ],
      };
    } finally {
      for (const stream of watch.streams) stream.close();
      await product.stop();
    }
  },
};

function successRows(outcomes: Outcome[], lost: { unfinished: number; notCompleted: number }, audit: Audit): Result[] {
  const failures = outcomes.filter((one) => one.failure !== null).length + lost.unfinished + lost.notCompleted;
  const rate = 1 - failures / outcomes.length;
  const kept = audit.acknowledged - audit.missing;
  return [
    {
      what: `${count(outcomes.length)} operations: succeeded`,
      target: "≥ 99.9 %",
      measured: `${(rate * 100).toFixed(3)} % (${failures} failed)`,
      met: rate >= 0.999,
    },
    {
      what: "Acknowledged messages that are there afterwards",
      target: "100 %",
      measured: `${count(kept)} of ${count(audit.acknowledged)}`,
      met: audit.missing === 0,
    },
    {
      what: "Messages out of order; conversations with a gap; chunks and running turns left behind",
      target: "0; 0; 0",
      measured: `${audit.misplaced}; ${audit.gaps}; ${audit.leftovers}`,
      met: audit.misplaced + audit.gaps + audit.leftovers === 0,
    },
  ];
}

/** The requirements' limits for one operation at the server; here with everything else going on. */
const limitsMs: Record<string, number> = { "read a page": 20, list: 20, "store a message": 25, send: 25 };

function operationRows(outcomes: Outcome[]): Result[] {
  return [...new Set(outcomes.map((one) => one.name))].sort().map((name) => {
    const {
      p50,
      p99,
      count: operations,
    } = summarize(outcomes.filter((one) => one.name === name).map((one) => one.latencyMs));
    const limit = limitsMs[name];
    return {
      what: `Under this load: ${name} (${count(operations)})`,
      target: limit ? `p99 < ${limit} ms` : "–",
      measured: `p50 ${ms(p50)}, p99 ${ms(p99)}`,
      met: limit ? p99 < limit : null,
    };
  });
}

/** What every commit waits for, asked by a program that does nothing else. */
function diskRow({ p50, p99, max }: Summary): Result {
  return {
    what: "The disk meanwhile: 8 KiB written and kept",
    target: "–",
    measured: `p50 ${ms(p50)}, p99 ${ms(p99)}, worst ${ms(max)}`,
    met: null,
  };
}

interface DiskWatch {
  /** The milliseconds of each write since it was last asked. */
  read(): Promise<number[]>;
  /** The rows before this one have written much; a disk may be slow for a while afterwards. Waits two minutes at most. */
  settled(): Promise<void>;
}

async function watchDisk(bench: Bench): Promise<DiskWatch> {
  const { port } = await bench.diskProbe();
  const read = async () => (await (await fetch(`http://127.0.0.1:${port}/`)).json()) as number[];
  return {
    read,
    async settled() {
      for (let waited = 0; waited < 120; waited += 5) {
        await read();
        await sleep(5_000);
        if (Math.max(...(await read())) < 50) return;
      }
    },
  };
}

interface HealthSample {
  second: number;
  residentMiB: number;
  lagP99Ms: number;
}

/** Memory, and the event loop's delay as the server itself tells it, every five seconds. */
function watchHealth(product: Product): { stop(): HealthSample[] } {
  const samples: HealthSample[] = [];
  const startedAt = performance.now();
  const timer = setInterval(() => {
    const second = (performance.now() - startedAt) / 1000;
    const residentMiB = (usageOf(product.pid)?.residentKiB ?? Number.NaN) / 1024;
    void eventLoopLag(product.metricsPort).then((lagP99Ms) => samples.push({ second, residentMiB, lagP99Ms }));
  }, 5_000);
  return {
    stop: () => {
      clearInterval(timer);
      return samples;
    },
  };
}

async function eventLoopLag(port: number): Promise<number> {
  const text = await fetch(`http://127.0.0.1:${port}/metrics`).then(
    (response) => response.text(),
    () => "",
  );
  return Number(/^nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(text)?.[1] ?? Number.NaN) * 1000;
}

function healthRows(samples: HealthSample[]): Result[] {
  const lag = summarize(samples.map((one) => one.lagP99Ms).filter((one) => !Number.isNaN(one)));
  const [first, last] = [samples[0], samples.at(-1)];
  return [
    {
      what: "Event-loop delay, p99 of each 5 s",
      target: "–",
      measured: `median ${ms(lag.p50)}, worst ${ms(lag.max)}`,
      met: null,
    },
    {
      what: "Memory of the Node process, after 5 s and at the end",
      target: "–",
      measured: `${Math.round(first?.residentMiB ?? 0)} → ${Math.round(last?.residentMiB ?? 0)} MiB`,
      met: null,
    },
  ];
}

function latencyPlot(outcomes: Outcome[]): Plot {
  const names = [...new Set(outcomes.map((one) => one.name))].sort();
  const until = Math.max(...outcomes.map((one) => one.at));
  const width = Math.max(5, Math.round(until / 20));
  const series = names.map((name) => ({
    name,
    points: Array.from({ length: Math.ceil(until / width) }, (_, n) => {
      const within = outcomes.filter((one) => one.name === name && one.at >= n * width && one.at < (n + 1) * width);
      return { x: n * width, y: summarize(within.map((one) => one.latencyMs)).p99 };
    }).filter((point) => Number.isFinite(point.y)),
  }));
  return { title: "p99 by operation while the load goes on", xLabel: "seconds", yLabel: "ms", series };
}

function memoryPlot(samples: HealthSample[]): Plot {
  const points = samples.map((one) => ({ x: Math.round(one.second), y: one.residentMiB }));
  return {
    title: "Memory of the server while the load goes on",
    xLabel: "seconds",
    yLabel: "MiB",
    series: [{ name: "resident", points }],
  };
}

function failuresOf(outcomes: Outcome[]): string[] {
  const failures = outcomes.filter((one) => one.failure !== null);
  const kinds = new Map<string, number>();
  for (const { name, failure } of failures) {
    const kind = `${name}: ${failure?.replace(/,"requestId":.*/s, "…")}`;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return [...kinds]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 5)
    .map(([kind, times]) => `Failed ${times} times: \`${kind.replaceAll("`", "'")}\``);
}
