import { readdirSync, readFileSync } from "node:fs";

export interface ProcessUsage {
  /** CPU time of all its threads so far, in microseconds. */
  cpuUs: number;
  residentKiB: number;
}

/** Reads `/proc`; null on systems that have none, where the columns that need it stay empty. */
export function usageOf(pid: number): ProcessUsage | null {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    let cpuNs = 0;
    for (const thread of threads) cpuNs += threadCpuNs(pid, thread);
    const resident = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return { cpuUs: cpuNs / 1000, residentKiB: Number(resident?.[1] ?? Number.NaN) };
  } catch {
    return null;
  }
}

/** Microseconds of CPU that `pid` used while `work` ran; NaN where that cannot be known. */
export async function cpuDuring<T>(pid: number, work: () => Promise<T>): Promise<{ result: T; cpuUs: number }> {
  const before = usageOf(pid);
  const result = await work();
  const after = usageOf(pid);
  return { result, cpuUs: before && after ? after.cpuUs - before.cpuUs : Number.NaN };
}

function threadCpuNs(pid: number, thread: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
  } catch {
    return 0; // the thread has ended in between
  }
}
