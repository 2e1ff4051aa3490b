/** Milliseconds of the system's monotonic clock, which all processes of a machine share. */
export function clockMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}
