import { parseOptions } from "./options.ts";
import { tableOf, writeResults } from "./report/results.ts";
import { runBench } from "./run-bench.ts";

const options = parseOptions(process.argv.slice(2));
const { sections, about } = await runBench(options);
for (const { title, results, notes } of sections) {
  process.stdout.write(`\n## ${title}\n\n${tableOf(results)}\n${notes.map((note) => `\n${note}\n`).join("")}`);
}
// A part, or a hasty run, must not pass for the whole.
const command = ["pnpm bench", ...process.argv.slice(2).filter((argument) => argument !== "--")].join(" ");
if (options.large) await writeResults({ command, name: "results-large" }, sections, about);
else if (options.only.length === 0 && !options.quick) await writeResults({ command, name: "results" }, sections, about);
process.stdout.write(`\n${about.at(-1)}\n`);
