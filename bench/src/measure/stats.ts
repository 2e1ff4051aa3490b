/** What a set of samples says; in the samples' own unit. */
export interface Summary {
  count: number;
  p50: number;
  p99: number;
  max: number;
}

export function summarize(samples: ArrayLike<number>): Summary {
  const sorted = Float64Array.from(samples).sort();
  return { count: sorted.length, p50: at(sorted, 0.5), p99: at(sorted, 0.99), max: sorted.at(-1) ?? Number.NaN };
}

export function median(samples: ArrayLike<number>): number {
  return summarize(samples).p50;
}

/** The nearest-rank quantile of a sorted list. */
function at(sorted: Float64Array, quantile: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * quantile) - 1)] ?? Number.NaN;
}
