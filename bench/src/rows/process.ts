import { setTimeout as sleep } from "node:timers/promises";
import type { Bench, Group } from "../bench.ts";
import { idOf } from "../data/ids.ts";
import { numbers } from "../data/shape.ts";
import { type EventStream, openEventStream } from "../load/event-stream.ts";
import { bearer, queryPath } from "../load/requests.ts";
import { usageOf } from "../measure/process-usage.ts";
import { median } from "../measure/stats.ts";
import { count, ms } from "../report/format.ts";
import type { Result } from "../report/results.ts";
import { secret } from "../servers/product.ts";

export const processes: Group = {
  name: "process",
  title: "The process",
  async run(bench) {
    return { results: [...(await startRows(bench)), ...(await idleRows(bench))], notes: [], plots: [] };
  },
};

async function startRows(bench: Bench): Promise<Result[]> {
  const dataDir = bench.scratch("embedded");
  const first = await bench.startProduct({ databaseUrl: undefined, dataDir });
  await first.stop();
  const starts: number[] = [];
  const memories: number[] = [];
  for (let round = 0; round < (bench.options.quick ? 2 : 5); round++) {
    const product = await bench.startProduct({ databaseUrl: undefined, dataDir });
    await fetch(`http://127.0.0.1:${product.port}/new`).then((response) => response.text());
    starts.push(product.startMs);
    memories.push((usageOf(product.pid)?.residentKiB ?? Number.NaN) / 1024);
    await product.stop();
  }
  const [startMs, memory] = [median(starts), median(memories)];
  return [
    {
      what: "Start to ready, embedded database warm",
      target: "≤ 3 s",
      measured: `${ms(startMs)} (first start ever: ${ms(first.startMs)})`,
      met: startMs <= 3_000,
    },
    {
      what: "Memory of the Node process after its first page",
      target: "≤ 250 MiB",
      measured: `${Math.round(memory)} MiB`,
      met: memory <= 250,
    },
  ];
}

async function idleRows(bench: Bench): Promise<Result[]> {
  const feeds = bench.options.quick ? 1_000 : 5_000;
  const product = await bench.startProduct();
  const streams: EventStream[] = [];
  try {
    await openFeeds(bench, product.port, streams, 50); // what only the first of them costs
    await sleep(1_000);
    const before = usageOf(product.pid);
    await openFeeds(bench, product.port, streams, feeds);
    await sleep(5_000);
    const [opened, measuredFrom] = [usageOf(product.pid), performance.now()];
    await sleep(10_000);
    const [after, elapsedMs] = [usageOf(product.pid), performance.now() - measuredFrom];
    const each = ((after?.residentKiB ?? Number.NaN) - (before?.residentKiB ?? Number.NaN)) / feeds;
    const cpu = ((after?.cpuUs ?? Number.NaN) - (opened?.cpuUs ?? Number.NaN)) / 1000 / elapsedMs;
    return [
      {
        what: `${count(feeds)} open live feeds: memory each`,
        target: "≤ 40 KiB",
        measured: `${each.toFixed(1)} KiB`,
        met: each <= 40,
      },
      {
        what: `${count(feeds)} open live feeds: CPU while nothing happens`,
        target: "< 5 %",
        measured: `${(cpu * 100).toFixed(1)} %`,
        met: cpu < 0.05,
      },
    ];
  } finally {
    for (const stream of streams) stream.close();
    await product.stop();
  }
}

async function openFeeds(bench: Bench, port: number, streams: EventStream[], feeds: number): Promise<void> {
  const ordinary = bench.size.users - numbers.firstOrdinary + 1;
  for (let n = 0; n < feeds; n += 50) {
    const batch = Array.from({ length: Math.min(50, feeds - n) }, (_, k) => {
      const caller = bearer(idOf("user", numbers.firstOrdinary + ((n + k) % ordinary)), secret);
      return openEventStream(port, queryPath("live.feed"), caller, () => undefined);
    });
    streams.push(...batch);
    await Promise.all(batch.map((stream) => stream.opened));
  }
}
