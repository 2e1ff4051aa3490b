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
    // Its clock runs while it connects; what it did is counted from its first transaction on.
    const seconds = Math.max(1, Math.round(options.durationMs / 1000 + options.connections / 50));
    const variables = Object.entries(options.variables ?? {}).flatMap(([name, value]) => ["-D", `${name}=${value}`]);
    const numbers = ["-c", String(options.connections), "-j", "1", "-T", String(seconds)];
    const how = ["-n", "-M", "prepared", ...numbers, "-l", `--log-prefix=${path.join(folder, "log")}`, ...variables];
    await run(options.pgbench, [...how, "-f", options.script, options.databaseUrl]);
    return readLog(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A line for each transaction: client, number, latency in µs, script, and when it ended in s and µs. */
function readLog(folder: string): LoadResult {
  const lines = readdirSync(folder).flatMap((file) =>
    readFileSync(path.join(folder, file), "utf8").trimEnd().split("\n"),
  );
  const latenciesMs: number[] = [];
  let [from, to] = [Number.POSITIVE_INFINITY, 0];
  for (const line of lines) {
    const [, , latencyUs, , seconds, microseconds] = line.split(" ").map(Number);
    const endedAt = (seconds ?? 0) + (microseconds ?? 0) / 1e6;
    latenciesMs.push((latencyUs ?? 0) / 1000);
    from = Math.min(from, endedAt - (latencyUs ?? 0) / 1e6);
    to = Math.max(to, endedAt);
  }
  return { operations: lines.length, seconds: to - from, latenciesMs };
}

function run(command: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args);
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk));
    child.on("error", reject);
    child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`pgbench failed: ${output}`))));
  });
}

function debianFolders(): string[] {
  const root = "/usr/lib/postgresql";
  return existsSync(root) ? readdirSync(root).map((version) => path.join(root, version, "bin")) : [];
}
