import { randomUUID } from "node:crypto";
import type { Database, UserStore } from "@holdfast/db";
import { conversationId, numbers, people } from "../data/shape.ts";
import { commonWord, rareWord } from "../data/text.ts";
import { median } from "../measure/stats.ts";
import { count, ms, times } from "../report/format.ts";
import type { Plot } from "../report/plot.ts";
import type { Result, Section } from "../report/results.ts";

/** Costs at one size of the database, by operation; median milliseconds, one caller. */
export interface GrowthPoint {
  messages: number;
  costs: Map<string, number>;
}

const long = conversationId(numbers.gaugeBegins);
const appendedTo = conversationId(numbers.gaugeBegins + 1);

/** One person's data stay as they are while everybody else's grow: what they do must cost the same. */
export async function measureGrowth(db: Database, messages: number, repeats: number): Promise<GrowthPoint> {
  const gauge = db.forUser(people.gauge.id);
  const costs = new Map<string, number>();
  const measure = async (name: string, times: number, work: (n: number) => Promise<unknown>) => {
    const samples: number[] = [];
    for (let n = -5; n < times; n++) {
      const begunAt = performance.now();
      await work(n);
      if (n >= 0) samples.push(performance.now() - begunAt);
    }
    costs.set(name, median(samples));
  };
  await measure("list, first page", repeats, () => gauge.listConversations({ limit: 30 }));
  await measure("history of 1,000", Math.ceil(repeats / 4), () => gauge.getChatHistory(long));
  await measure("newest page", repeats, () => gauge.pageOfMessages(long, { limit: 50 }));
  await measure("search for a rare word", repeats, () => gauge.search(rareWord, 20));
  await measure("search for a word that everybody uses", repeats, () => gauge.search(commonWord, 20));
  await measure("append", repeats, () => gauge.addMessage(appendedTo, "user", `Note ${randomUUID()}`));
  const doomed = await makeConversations(gauge, 25);
  await measure("delete", 20, async () => gauge.removeConversation(doomed.pop() ?? ""));
  return { messages, costs };
}

export function growthSection(points: readonly GrowthPoint[]): Section {
  const [first, last] = [points[0], points.at(-1)];
  const names = [...(first?.costs.keys() ?? [])];
  const results: Result[] = names.map((name) => {
    const [small, big] = [first?.costs.get(name) ?? Number.NaN, last?.costs.get(name) ?? Number.NaN];
    return {
      what: `${name[0]?.toUpperCase()}${name.slice(1)}, at ${count(last?.messages ?? 0)} messages`,
      target: "flat",
      measured: ms(big),
      floor: `${ms(small)} (at ${count(first?.messages ?? 0)})`,
      ratio: times(big / small),
      met: null,
    };
  });
  return {
    title: "Growth",
    results,
    notes: [
      "What the same person does, through the database package, one call at a time (medians), while the data of everybody else grow.",
    ],
    plots: [{ file: "growth.svg", plot: growthPlot(points, names) }],
  };
}

function growthPlot(points: readonly GrowthPoint[], names: string[]): Plot {
  return {
    title: "Cost against the messages stored",
    xLabel: "messages in the database",
    yLabel: "ms (median)",
    logX: true,
    series: names.map((name) => ({
      name,
      points: points.map(({ messages, costs }) => ({ x: messages, y: costs.get(name) ?? Number.NaN })),
    })),
  };
}

async function makeConversations(gauge: UserStore, howMany: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < howMany; n++) {
    const { id } = await gauge.createConversation({ title: `Doomed ${n}` });
    for (let position = 1; position <= 10; position++)
      await gauge.addMessage(id, "user", `Message ${position} of ${n}`);
    ids.push(id);
  }
  return ids;
}
