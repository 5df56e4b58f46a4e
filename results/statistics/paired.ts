import type { Estimate } from './quantiles.ts';

/** The mean of paired differences, with its 95 % interval, and how likely one at least as far from 0 is by chance. */
export interface PairedMean extends Estimate {
  readonly p: number;
}

/**
 * Student's paired t-test (Biometrika 1908), two-sided. Differences of logarithms are near enough to normal with the
 * few pairs that comparisons have, for which no exact test of ranks could ever reach significance; where tails are
 * heavier the test only becomes more careful.
 * @param differences two or more.
 */
export function pairedMean(differences: readonly number[]): PairedMean {
  const n = differences.length;
  if (n < 2) throw new RangeError(`${n} pairs have no spread`);
  const value = differences.reduce((sum, x) => sum + x, 0) / n;
  const variance = differences.reduce((sum, x) => sum + (x - value) ** 2, 0) / (n - 1);
  const error = Math.sqrt(variance / n);
  if (error === 0) return { value, low: value, high: value, p: value === 0 ? 1 : 0 };
  const half = studentQuantile(0.05, n - 1) * error;
  return { value, low: value - half, high: value + half, p: studentTwoSided(Math.abs(value) / error, n - 1) };
}

/** P(|T| ≥ t) of Student's distribution. */
export function studentTwoSided(t: number, degrees: number): number {
  return regularisedBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
}

/** The t that |T| exceeds with probability `p`, by bisection. */
function studentQuantile(p: number, degrees: number): number {
  let [low, high] = [0, 1e6];
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (studentTwoSided(middle, degrees) > p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** I_x(a, b) by its continued fraction, evaluated backwards (DLMF 8.17.22). */
function regularisedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast on this side only.
  if (x > (a + 1) / (a + b + 2)) return 1 - regularisedBeta(1 - x, b, a);
  let fraction = 1;
  for (let m = 100; m >= 1; m--) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    fraction = 1 + even / (1 + odd / fraction);
  }
  const first = (-(a + b) * x) / (a + 1);
  const logFront = a * Math.log(x) + b * Math.log(1 - x) + logGamma(a + b) - logGamma(a) - logGamma(b);
  return Math.exp(logFront) / (a * (1 + first / fraction));
}

/** ln Γ by Stirling's series after shifting the argument up (DLMF 5.11.1). */
function logGamma(x: number): number {
  if (x < 10) return logGamma(x + 1) - Math.log(x);
  const series = 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5);
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series;
}
