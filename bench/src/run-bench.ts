import path from "node:path";
import { migrateDatabase, openDatabase, startEmbeddedPostgres } from "@holdfast/db";
import type { Bench, Group, Options } from "./bench.ts";
import { startSeeding } from "./data/seed.ts";
import { sizes } from "./data/shape.ts";
import type { Section } from "./report/results.ts";
import { browser } from "./rows/browser.ts";
import { type GrowthPoint, growthSection, measureGrowth } from "./rows/growth.ts";
import { load } from "./rows/load/load.ts";
import { processes } from "./rows/process.ts";
import { reads } from "./rows/reads.ts";
import { search } from "./rows/search.ts";
import { store } from "./rows/store.ts";
import { tokens } from "./rows/tokens.ts";
import { secret } from "./servers/product.ts";
import { makeTemporaryFolder, openWorkbench } from "./servers/workbench.ts";

/** In the order in which they leave the data as the next ones expect them. */
const groups: Group[] = [reads, search, store, browser, tokens, processes, load];

export async function runBench(options: Options): Promise<{ sections: Section[]; about: string[] }> {
  const startedAt = performance.now();
  const size = options.quick ? sizes.quick : options.large ? sizes.large : sizes.full;
  const { folder, remove } = makeTemporaryFolder();
  const log = (line: string) => void process.stdout.write(`${line}\n`);
  const postgres = await startEmbeddedPostgres({ dataDir: path.join(folder, "data"), log: () => undefined });
  const bench = openWorkbench({ options, size, ownerUrl: postgres.url, folder });
  const cleanUp = once(async () => {
    await bench.close();
    await postgres.stop();
    remove();
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void cleanUp().finally(() => process.exit(1)));
  try {
    log("Seeding");
    const { growth, seconds } = await seed(bench);
    log(`Seeded in ${seconds.toFixed(0)} s`);
    const sections: Section[] = [];
    for (const group of groups.filter(({ name }) => isWanted(options, name))) {
      log(`Measuring: ${group.title}`);
      sections.push(await measure(group, bench));
    }
    if (isWanted(options, "growth")) sections.splice(2, 0, growthSection(growth));
    return { sections, about: await aboutRun(bench, seconds, (performance.now() - startedAt) / 60_000) };
  } finally {
    await cleanUp();
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null;
  return () => {
    done ??= work();
    return done;
  };
}

function isWanted(options: Options, name: string): boolean {
  return options.only.length === 0 || options.only.includes(name);
}

/** A group that breaks says so in its place, and the others go on. */
async function measure(group: Group, bench: Bench): Promise<Section> {
  try {
    return { title: group.title, ...(await group.run(bench)) };
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    bench.log(reason);
    return {
      title: group.title,
      results: [{ what: "The whole group", target: "–", measured: "could not be measured", met: false }],
      notes: [`\`${reason.split("\n")[0]}\``],
      plots: [],
    };
  }
}

/** Fills the database, and on the way measures what the same things cost while it grows. */
async function seed({ ownerUrl, size, options }: Bench): Promise<{ growth: GrowthPoint[]; seconds: number }> {
  await migrateDatabase({ ownerUrl, secret });
  const seeding = startSeeding(ownerUrl, size);
  const growth: GrowthPoint[] = [];
  const measureHere = async (messages: number) => {
    if (!isWanted(options, "growth")) return;
    const db = await openDatabase({ ownerUrl, secret });
    if (growth.length === 0) await measureGrowth(db, messages, 40); // what only the first calls of a process cost
    growth.push(await measureGrowth(db, messages, options.quick ? 40 : 200));
    await db.close();
  };
  const steps = [10_000, 100_000, 300_000, 1_000_000].filter((messages) => messages < size.messages);
  for (const messages of isWanted(options, "growth") ? steps : []) {
    await seeding.growTo(messages);
    await measureHere(messages);
  }
  await seeding.finish();
  await measureHere(size.messages);
  return { growth, seconds: seeding.secondsSpent() };
}

async function aboutRun({ owner, size }: Bench, seedingSeconds: number, minutes: number): Promise<string[]> {
  const { rows } = await owner.query<{ version: string; settings: string }>(
    `SELECT current_setting('server_version') AS version,
       (SELECT string_agg(name || ' = ' || current_setting(name), ', ') FROM pg_settings
        WHERE name IN ('fsync', 'synchronous_commit', 'shared_buffers', 'full_page_writes')) AS settings`,
  );
  return [
    `PostgreSQL ${rows[0]?.version}, the embedded one (${rows[0]?.settings})`,
    `${size.users.toLocaleString("en")} users, ${size.conversations.toLocaleString("en")} conversations, ${size.messages.toLocaleString("en")} messages, seeded by COPY in ${seedingSeconds.toFixed(0)} s`,
    `The whole run took ${minutes.toFixed(1)} minutes; everything, load included, on this one machine.`,
  ];
}
