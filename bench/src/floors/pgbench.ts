import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { LoadResult } from "../load/closed-loop.ts";

/** The path of pgbench, or null where it is not installed (Debian: postgresql-contrib). */
export function findPgbench(): string | null {
  const folders = [...(process.env["PATH"] ?? "").split(path.delimiter), ...debianFolders()];
  return folders.map((folder) => path.join(folder, "pgbench")).find((file) => existsSync(file)) ?? null;
}

/** Runs a script by prepared statements; latencies from its log. */
export async function runPgbench(options: {
  pgbench: string;
  databaseUrl: string;
  script: string;
  connections: number;
  durationMs: number;
  variables?: Record<string, number | string>;
}): Promise<LoadResult> {
  const folder = mkdtempSync(path.join(tmpdir(), "holdfast-pgbench-"));
  try {
    const seconds = Math.max(1, Math.round(options.durationMs / 1000));
    const variables = Object.entries(options.variables ?? {}).flatMap(([name, value]) => ["-D", `${name}=${value}`]);
    const log = path.join(folder, "log");
    const numbers = ["-c", String(options.connections), "-j", "1", "-T", String(seconds)];
    const how = ["-n", "-M", "prepared", ...numbers, "-l", `--log-prefix=${log}`, ...variables];
    const output = await run(options.pgbench, [...how, "-f", options.script, options.databaseUrl]);
    const tps = Number(/tps = ([\d.]+)/.exec(output)?.[1]);
    const latenciesMs = readLatencies(folder);
    return { operations: latenciesMs.length, seconds: latenciesMs.length / tps, latenciesMs };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readLatencies(folder: string): number[] {
  return readdirSync(folder)
    .flatMap((file) => readFileSync(path.join(folder, file), "utf8").trimEnd().split("\n"))
    .map((line) => Number(line.split(" ")[2]) / 1000);
}

function run(command: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args);
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk));
    child.on("error", reject);
    child.on("exit", (code) => (code === 0 ? resolve(output) : reject(new Error(`pgbench failed: ${output}`))));
  });
}

function debianFolders(): string[] {
  const root = "/usr/lib/postgresql";
  return existsSync(root) ? readdirSync(root).map((version) => path.join(root, version, "bin")) : [];
}
