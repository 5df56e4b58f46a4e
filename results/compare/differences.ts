import { pairedMean } from '../statistics/paired.ts';
import { discoveries, fisherExact } from '../statistics/rates.ts';
import { groupBy, pairKey, performanceIn, type ComparedRun } from './run.ts';
import { digits } from './words.ts';

/** One way in which a configuration differs from the first, beyond chance. */
export interface Difference {
  readonly configuration: string;
  readonly what: string;
  readonly kind: 'found' | 'availability' | 'latency';
  /** In words, with the figures. */
  readonly text: string;
}

/** Ratios nearer to one than this are of no consequence, however certain. */
const MINIMUM_RATIO = 1.1;
/** Of false discoveries, for shares and for ratios: together one comparison of a configuration with itself in twenty. */
const LEVEL = 0.025;
const AVAILABILITY = 'availability during faults';
/** Fewer pairs give no interval worth its name. */
const FEWEST_PAIRS = 3;

/**
 * What tells each configuration from the first one. Shares of runs by Fisher's exact test; latency and availability by
 * the geometric mean of the ratio within pairs of runs that had the same operations and fault schedule, by Student's
 * paired test of its logarithm, and at least 1.1. False discoveries are held at 5 % over everything that is asked of
 * one configuration: one in twenty is told from itself (docs/evidence/sensitivity.md).
 */
export function differencesOf(configurations: ReadonlyMap<string, readonly ComparedRun[]>): Difference[] {
  const [first, ...others] = [...configurations];
  return first === undefined
    ? []
    : others.flatMap(([name, runs]) => [
        ...rateDifferences(first, [name, runs]),
        ...ratioDifferences(first[1], [name, runs]),
      ]);
}

type Named = readonly [name: string, runs: readonly ComparedRun[]];

function rateDifferences([base, before]: Named, [configuration, after]: Named): Difference[] {
  const names = [...new Set([...before, ...after].flatMap((run) => featuresOf(run)))].sort();
  const tests = names.map((what) => {
    const share = (runs: readonly ComparedRun[]) => ({
      hits: runs.filter((run) => featuresOf(run).includes(what)).length,
      runs: runs.length,
    });
    const [a, b] = [share(before), share(after)];
    return { what, a, b, p: fisherExact(a, b) };
  });
  const significant = discoveries(
    tests.map(({ p }) => p),
    LEVEL,
  );
  return tests
    .filter((_, i) => significant[i])
    .map(({ what, a, b, p }) => ({
      configuration,
      what,
      kind: 'found' as const,
      text: `${what} in ${b.hits} of ${b.runs} runs, against ${a.hits} of ${a.runs} with ${base} (p = ${p.toPrecision(2)})`,
    }));
}

/** Outcome and certain anomalies of a run. */
function featuresOf({ document }: ComparedRun): string[] {
  const anomalies = document.anomalies.filter((a) => a.certain).map((a) => a.name);
  return [...new Set([document.outcome, ...anomalies])];
}

function ratioDifferences(before: readonly ComparedRun[], [configuration, after]: Named): Difference[] {
  const partners = groupBy(before, pairKey);
  const ratios = new Map<string, number[]>();
  for (const run of after)
    for (const partner of partners.get(pairKey(run)) ?? [])
      for (const [figure, value] of figuresOf(run)) {
        const base = figuresOf(partner).get(figure);
        if (base === undefined || base <= 0 || value <= 0) continue;
        ratios.set(figure, [...(ratios.get(figure) ?? []), Math.log(value / base)]);
      }
  const tests = [...ratios]
    .filter(([, logs]) => logs.length >= FEWEST_PAIRS)
    .sort(byName)
    .map(([what, logs]) => ({ what, pairs: logs.length, ...pairedMean(logs) }));
  const significant = discoveries(
    tests.map(({ p }) => p),
    LEVEL,
  );
  return tests
    .filter(({ value }, i) => significant[i] && Math.exp(Math.abs(value)) >= MINIMUM_RATIO)
    .map(({ what, pairs, value, low, high, p }) => {
      const [ratio, from, to] = [value, low, high].map((log) => digits(Math.exp(log)));
      return {
        configuration,
        what,
        kind: what === AVAILABILITY ? ('availability' as const) : ('latency' as const),
        text: `${what} × ${ratio} (${from} to ${to}), over ${pairs} pairs (p = ${p.toPrecision(2)})`,
      };
    });
}

/** Figures that are compared as ratios. */
function figuresOf(run: ComparedRun): Map<string, number> {
  const performance = performanceIn(run);
  const figures = new Map<string, number>();
  for (const { f, type, p50, p99 } of performance?.latency ?? []) {
    if (type !== 'ok') continue;
    figures.set(`${f} p50`, p50);
    figures.set(`${f} p99`, p99);
  }
  const available = performance?.duringFaults.availability ?? null;
  if (available !== null) figures.set(AVAILABILITY, available);
  return figures;
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
