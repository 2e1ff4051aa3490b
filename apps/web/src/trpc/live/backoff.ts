const firstDelayMs = 250;
/** Short enough that a restarted server is found within seconds. */
const longestDelayMs = 4_000;

/** How long to wait before the attempt after `failures` of them; spread, so that browsers do not come back all at once. */
export function backoffMs(failures: number, random = Math.random()): number {
  const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.max(0, failures - 1));
  return Math.round(delay * (0.5 + random / 2));
}
