import { execFileSync } from "node:child_process";
import { arch, cpus, loadavg, platform, release, totalmem } from "node:os";

/** How many processes wanted a core before the run began; all but none of ours. */
const loadBefore = loadavg()[1] ?? 0;

/** The machine in a few lines, without names that would tell whose it is. */
export function describeMachine(): string[] {
  const processors = cpus();
  return [
    `${processors.length} × ${processors[0]?.model.trim() ?? "unknown processor"}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${release().split("-")[0]} ${arch()}`,
    `Load of the machine by others in the five minutes before the run: ${loadBefore.toFixed(1)}`,
    `Node ${process.versions.node}, V8 ${process.versions.v8}${pgbenchVersion()}`,
  ];
}

function pgbenchVersion(): string {
  try {
    return `, ${execFileSync("pgbench", ["--version"], { encoding: "utf8" }).trim()}`;
  } catch {
    return "";
  }
}
