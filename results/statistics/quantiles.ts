import type { Random } from '../../harness/runtime/types.ts';

/** A figure with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The q-quantile of ascending values, interpolated linearly (type 7 of Hyndman & Fan, 1996). */
export function quantile(sorted: readonly number[], q: number): number {
  if (sorted.length === 0) return Number.NaN;
  const at = (sorted.length - 1) * q;
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
}

const RESAMPLES = 1000;

/**
 * A quantile over runs with its percentile bootstrap interval (Efron, 1979). With one run there is nothing to
 * resample, and the interval is the value itself.
 */
export function quantileOf(values: readonly number[], q: number, random: Random): Estimate {
  const sorted = [...values].sort((a, b) => a - b);
  const value = quantile(sorted, q);
  if (sorted.length < 2) return { value, low: value, high: value };
  const estimates: number[] = [];
  for (let i = 0; i < RESAMPLES; i++) {
    const sample = Array.from({ length: sorted.length }, () => sorted[random.below(sorted.length)]);
    estimates.push(
      quantile(
        sample.sort((a, b) => a - b),
        q,
      ),
    );
  }
  estimates.sort((a, b) => a - b);
  return { value, low: quantile(estimates, 0.025), high: quantile(estimates, 0.975) };
}

export function medianOf(values: readonly number[], random: Random): Estimate {
  return quantileOf(values, 0.5, random);
}

/** How long a run was watched, and whether it showed the anomaly in that time (else it is censored). */
export interface Watched {
  readonly seconds: number;
  readonly found: boolean;
}

/**
 * Seconds of running until an anomaly is first seen, if it comes at a constant rate: total time over findings, the
 * maximum-likelihood estimate with censored runs (Epstein & Sobel, 1953). Null when it was never seen: the rule of
 * three then says that it takes more than `atLeast` seconds, with 95 % confidence.
 */
export function timeToFirst(runs: readonly Watched[]): {
  readonly seconds: number | null;
  readonly atLeast: number;
} {
  const total = runs.reduce((sum, run) => sum + run.seconds, 0);
  const found = runs.filter((run) => run.found).length;
  return { seconds: found === 0 ? null : total / found, atLeast: found === 0 ? total / 3 : 0 };
}
