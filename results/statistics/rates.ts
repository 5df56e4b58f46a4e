/** A share of runs with its interval, all in [0, 1]. */
export interface Rate {
  readonly hits: number;
  readonly runs: number;
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

/** The 97.5 % quantile of the normal distribution: intervals here are 95 %. */
const Z = 1.959964;

/**
 * The share of runs that showed something, with the Wilson score interval (Wilson, JASA 1927): honest at 0 of n and
 * n of n, where the textbook interval is empty. Runs are the unit, since the operations of one run are dependent.
 */
export function rateOf(hits: number, runs: number): Rate {
  if (!(Number.isInteger(hits) && Number.isInteger(runs) && hits >= 0 && hits <= runs))
    throw new RangeError(`a rate of ${hits} out of ${runs} runs`);
  if (runs === 0) return { hits, runs, rate: 0, low: 0, high: 1 };
  const p = hits / runs;
  const shrink = 1 + (Z * Z) / runs;
  const centre = (p + (Z * Z) / (2 * runs)) / shrink;
  const half = (Z * Math.sqrt((p * (1 - p)) / runs + (Z * Z) / (4 * runs * runs))) / shrink;
  // At the ends rounding must not push the bound past what is possible.
  return {
    hits,
    runs,
    rate: p,
    low: hits === 0 ? 0 : Math.max(0, centre - half),
    high: hits === runs ? 1 : Math.min(1, centre + half),
  };
}

/**
 * Fisher's exact test, two-sided: how likely a difference at least as unlikely as this one is, if both groups had the
 * same rate. Exact, since cells of a campaign have three runs and not three hundred.
 */
export function fisherExact(a: { hits: number; runs: number }, b: { hits: number; runs: number }): number {
  const hits = a.hits + b.hits;
  const runs = a.runs + b.runs;
  const logs = logFactorials(runs);
  const choose = (n: number, k: number): number => logs[n] - logs[k] - logs[n - k];
  const likelihood = (x: number): number =>
    Math.exp(choose(a.runs, x) + choose(b.runs, hits - x) - choose(runs, hits));
  const observed = likelihood(a.hits);
  let p = 0;
  for (let x = Math.max(0, hits - b.runs); x <= Math.min(hits, a.runs); x++) {
    const l = likelihood(x);
    // Equal likelihoods differ in the last bits.
    if (l <= observed * (1 + 1e-9)) p += l;
  }
  return Math.min(1, p);
}

function logFactorials(n: number): Float64Array {
  const logs = new Float64Array(n + 1);
  for (let i = 2; i <= n; i++) logs[i] = logs[i - 1] + Math.log(i);
  return logs;
}

/**
 * Which of many tests stay significant when the expected share of false discoveries among them may be `level`
 * (Benjamini & Hochberg, JRSS B 1995). In the order of `pValues`.
 */
export function discoveries(pValues: readonly number[], level = 0.05): boolean[] {
  const order = pValues.map((p, i) => ({ p, i })).sort((x, y) => x.p - y.p || x.i - y.i);
  let last = -1;
  order.forEach(({ p }, rank) => {
    if (p <= (level * (rank + 1)) / pValues.length) last = rank;
  });
  const found = pValues.map(() => false);
  for (const { i } of order.slice(0, last + 1)) found[i] = true;
  return found;
}

/**
 * Do two rates differ both beyond chance and by enough to matter?
 * @param least the smallest difference of rates worth telling anyone.
 */
export function differs(a: Rate, b: Rate, least: number, level = 0.05): boolean {
  return Math.abs(a.rate - b.rate) >= least && fisherExact(a, b) <= level;
}
