import { execFileSync } from "node:child_process";
import { arch, cpus, platform, release, totalmem } from "node:os";

/** The machine in a few lines, without names that would tell whose it is. */
export function describeMachine(): string[] {
  const processors = cpus();
  return [
    `${processors.length} × ${processors[0]?.model.trim() ?? "unknown processor"}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${release().split("-")[0]} ${arch()}`,
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
