import { parseOptions } from "./options.ts";
import { tableOf, writeResults } from "./report/results.ts";
import { runBench } from "./run-bench.ts";

const options = parseOptions(process.argv.slice(2));
const { sections, about } = await runBench(options);
for (const { title, results, notes } of sections) {
  process.stdout.write(`\n## ${title}\n\n${tableOf(results)}\n${notes.map((note) => `\n${note}\n`).join("")}`);
}
// A part, or a hasty run, must not pass for the whole.
if (!options.quick && (options.large || options.only.length === 0)) {
  const command = ["pnpm bench", ...process.argv.slice(2).filter((argument) => argument !== "--")].join(" ");
  await writeResults({ command, name: options.large ? "results-large" : "results" }, sections, about);
}
process.stdout.write(`\n${about.at(-1)}\n`);
