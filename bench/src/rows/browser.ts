import type { Browser } from "@playwright/test";
import type { Bench, Group } from "../bench.ts";
import { type Load, newContext, openConversation, switchTo } from "../browser/loads.ts";
import { typeWhileStreaming } from "../browser/typing.ts";
import { launchBrowser, makeVisitor, ofLength, type Visitor } from "../browser/visitor.ts";
import { median } from "../measure/stats.ts";
import { count, ms, times } from "../report/format.ts";
import type { Result } from "../report/results.ts";
import { lighthouseRows } from "./lighthouse.ts";

export const browser: Group = {
  name: "browser",
  title: "In the browser",
  async run(bench) {
    await bench.tokenSource();
    const product = await bench.product();
    const visitor = await makeVisitor(product.port, bench.owner);
    const chromium = await launchBrowser();
    const url = `http://127.0.0.1:${product.port}`;
    try {
      const loads = await loadRows(bench, chromium, visitor, url);
      const switches = await switchRows(bench, chromium, visitor, url);
      const streaming = await streamingRows(bench, chromium, visitor, url);
      const lighthouse = await lighthouseRows(bench, visitor, url);
      return {
        results: [...loads, ...switches, ...streaming, ...lighthouse],
        notes: [
          `Headless Chromium ${chromium.version()}, 1280 × 800, on the production build; the visitor has 10,000 conversations. "Shown" is when the newest message, within the viewport, has been painted. The floor is the same page with 10 messages.`,
        ],
        plots: [],
      };
    } finally {
      await chromium.close();
    }
  },
};

interface Loads {
  cold: Load[];
  warm: Load[];
}

async function loadRows(bench: Bench, chromium: Browser, visitor: Visitor, url: string): Promise<Result[]> {
  const rounds = bench.options.quick ? 2 : 7;
  const lengths = [10, 1_000, 10_000] as const;
  const loads = new Map<number, Loads>(lengths.map((length) => [length, { cold: [], warm: [] }]));
  for (let round = -1; round < rounds; round++) {
    for (const length of lengths) {
      const context = await newContext(chromium, visitor);
      for (const cache of ["cold", "warm"] as const) {
        const { page, load } = await openConversation(context, url, ofLength(visitor, length));
        if (round >= 0) loads.get(length)?.[cache].push(load);
        await page.close();
      }
      await context.close();
    }
  }
  const of = (length: number, cache: keyof Loads, name: keyof Load) =>
    median((loads.get(length)?.[cache] ?? []).map((load) => load[name]));
  const floor = of(10, "cold", "shownMs");
  const biggest = of(10_000, "cold", "shownMs") / floor;
  const scripts = of(1_000, "cold", "scriptKiB");
  const elements = Math.max(...lengths.map((length) => of(length, "cold", "elements")));
  const shift = Math.max(...lengths.flatMap((length) => [of(length, "cold", "shift"), of(length, "warm", "shift")]));
  return [
    ...lengths.map((length) => {
      const [cold, warm] = [of(length, "cold", "shownMs"), of(length, "warm", "shownMs")];
      return {
        what: `Load to newest message shown: ${count(length)} messages`,
        target: "≤ 1.0 s",
        measured: `cold ${ms(cold)}, warm cache ${ms(warm)}`,
        floor: ms(floor),
        ratio: times(cold / floor),
        met: cold <= 1_000 && warm <= 1_000,
      };
    }),
    {
      what: "10,000 messages against 10",
      target: "≤ 1.2×",
      measured: ms(of(10_000, "cold", "shownMs")),
      floor: ms(floor),
      ratio: times(biggest),
      met: biggest <= 1.2,
    },
    {
      what: "JavaScript transferred, an answer shown (gzip)",
      target: "≤ 220 KiB",
      measured: `${scripts.toFixed(1)} KiB in ${of(1_000, "cold", "scripts")} files (warm cache: ${of(1_000, "warm", "scriptKiB").toFixed(1)})`,
      floor: "155 KiB (bare Next + React + tRPC + React Query)",
      ratio: times(scripts / 155),
      met: scripts <= 220,
    },
    {
      what: "HTML transferred, 10 and 10,000 messages",
      target: "–",
      measured: `${of(10, "cold", "htmlKiB").toFixed(1)} and ${of(10_000, "cold", "htmlKiB").toFixed(1)} KiB`,
      met: null,
    },
    {
      what: "DOM elements, at most (10,000 messages, 10,000 conversations)",
      target: "≤ 1,500",
      measured: count(elements),
      floor: `${count(of(10, "cold", "elements"))} (10 messages)`,
      met: elements <= 1_500,
    },
    {
      what: "Layout shift while loading (CLS), at most",
      target: "< 0.02",
      measured: shift.toFixed(4),
      met: shift < 0.02,
    },
  ];
}

async function switchRows(bench: Bench, chromium: Browser, visitor: Visitor, url: string): Promise<Result[]> {
  const rounds = bench.options.quick ? 2 : 7;
  const lengths = [10, 1_000, 10_000] as const;
  const first = new Map<number, number[]>(lengths.map((length) => [length, []]));
  const again = new Map<number, number[]>(lengths.map((length) => [length, []]));
  const start = ofLength(visitor, 20);
  for (let round = -1; round < rounds; round++) {
    const context = await newContext(chromium, visitor);
    const { page } = await openConversation(context, url, start);
    for (const times of [first, again]) {
      for (const length of lengths) {
        const shownMs = await switchTo(page, ofLength(visitor, length));
        if (round >= 0) times.get(length)?.push(shownMs);
        await switchTo(page, start);
      }
    }
    await context.close();
  }
  const rows = (times: Map<number, number[]>, name: string, limit: number) =>
    lengths.map((length) => {
      const shownMs = median(times.get(length) ?? []);
      return {
        what: `Switch in the sidebar, ${name}: ${count(length)} messages`,
        target: `≤ ${limit} ms`,
        measured: ms(shownMs),
        met: shownMs <= limit,
      };
    });
  return [...rows(first, "not visited", 300), ...rows(again, "visited before", 100)];
}

async function streamingRows(bench: Bench, chromium: Browser, visitor: Visitor, url: string): Promise<Result[]> {
  const context = await newContext(chromium, visitor);
  const { page } = await openConversation(context, url, ofLength(visitor, 1_000));
  const notes = await typeWhileStreaming(page, bench.options.quick ? 8 : 20);
  await context.close();
  return [
    {
      what: `Long tasks in ${notes.seconds} s of streaming 50 tokens/s into 1,000 messages`,
      target: "none over 50 ms",
      measured: `${notes.longTasks}${notes.longTasks > 0 ? `, the longest ${ms(notes.longestTaskMs)}` : ""}`,
      met: notes.longTasks === 0,
    },
    {
      what: `Typing meanwhile, ${notes.keys} keys: key to next frame`,
      target: "< 50 ms",
      measured: `slowest ${notes.slowestKeyMs === 0 ? "< 16 ms" : ms(notes.slowestKeyMs)}${notes.typedAll ? "" : "; some keys were lost"}`,
      met: notes.slowKeys === 0 && notes.typedAll,
    },
  ];
}
