import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { describeMachine } from "./machine.ts";
import { drawPlot, type Plot } from "./plot.ts";

/** One line of the table. */
export interface Result {
  what: string;
  target: string;
  measured: string;
  floor?: string;
  ratio?: string;
  /** Null where there is no target, or where it could not be measured. */
  met: boolean | null;
}

export interface Section {
  title: string;
  results: Result[];
  /** Sentences below the table. */
  notes: string[];
  plots: { file: string; plot: Plot }[];
}

const folder = path.resolve(import.meta.dirname, "../..");

/** What was run, and the name of the file that says what came out. */
export interface Report {
  command: string;
  name: string;
}

export async function writeResults(report: Report, sections: readonly Section[], about: string[]): Promise<void> {
  await mkdir(path.join(folder, plotsOf(report)), { recursive: true });
  for (const { file, plot } of sections.flatMap((section) => section.plots)) {
    await writeFile(path.join(folder, plotsOf(report), file), drawPlot(plot));
  }
  await writeFile(path.join(folder, `${report.name}.md`), markdownOf(report, sections, about));
}

function plotsOf({ name }: Report): string {
  return name.replace("results", "plots");
}

export function tableOf(results: readonly Result[]): string {
  const rows = results.map((one) => [
    one.what,
    one.target,
    one.measured,
    one.floor ?? "",
    one.ratio ?? "",
    verdict(one.met),
  ]);
  const lines = [
    ["What", "Target", "Measured", "Floor", "Ratio", "Met"],
    ["---", "---", "---", "---", "---", "---"],
    ...rows,
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function markdownOf(report: Report, sections: readonly Section[], about: string[]): string {
  const results = sections.flatMap((section) => section.results);
  const judged = results.filter((one) => one.met !== null);
  const met = judged.filter((one) => one.met).length;
  return [
    "# What it costs",
    "",
    `Written by \`${report.command}\` on ${new Date().toISOString().slice(0, 10)}.${judged.length > 0 ? ` ${met} of ${judged.length} targets met.` : ""}`,
    "How to read it, and what was found on the way: [docs/performance.md](../docs/performance.md).",
    "",
    ...describeMachine().map((line) => `- ${line}`),
    ...about.map((line) => `- ${line}`),
    "",
    ...sections.flatMap((section) => sectionOf(report, section)),
  ].join("\n");
}

function sectionOf(report: Report, { title, results, notes, plots }: Section): string[] {
  return [
    `## ${title}`,
    "",
    ...(results.length > 0 ? [tableOf(results), ""] : []),
    ...notes.flatMap((note) => [note, ""]),
    ...plots.flatMap(({ file, plot }) => [`![${plot.title}](${plotsOf(report)}/${file})`, ""]),
  ];
}

function verdict(met: boolean | null): string {
  return met === null ? "–" : met ? "yes" : "**no**";
}
