import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface Child {
  pid: number;
  port: number;
  stop(): Promise<void>;
}

/** Starts one of our own scripts in a process of its own; it says its port in one line of JSON. */
export async function startScript(file: string, env: Record<string, string>): Promise<Child> {
  const child = spawn(process.execPath, ["--import", "tsx", file], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([once(lines, "line"), once(child, "exit").then(() => [null])])) as [string | null];
  if (line === null) throw new Error(`${file} ended before it was ready`);
  const { port } = JSON.parse(line) as { port: number };
  return { pid: pidOf(child), port, stop: () => endProcess(child) };
}

export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const hardStop = setTimeout(() => child.kill("SIGKILL"), 12_000);
  await exited;
  clearTimeout(hardStop);
}

export function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error("The process could not be started");
  return child.pid;
}
