import { z } from 'zod';
import { CURVE, type LatencyFigures } from '../../checkers/performance/series.ts';
import type { Random } from '../../harness/runtime/types.ts';
import { medianOf, quantile, type Estimate } from '../statistics/quantiles.ts';
import { rateOf, type Rate } from '../statistics/rates.ts';
import { scorecardOf, type Scorecard } from './pacelc.ts';
import { feltFaults, performanceIn, type ComparedRun } from './run.ts';
import { strengthOf, type Strength } from './strongest.ts';

/** Latency of `ok` operations of one kind, ms: medians over runs of each run's percentile. */
export interface LatencyMeasure {
  readonly f: string;
  readonly p50: Estimate;
  readonly p99: Estimate;
  readonly p999: Estimate;
  /** Latencies at the percentiles of `CURVE`; empty for runs judged by a release that kept none. */
  readonly curve: readonly number[];
}

/** Of all reads of a run: the share that was stale, and percentiles of age, ms since the value was replaced (0: fresh). */
export interface StalenessMeasure {
  readonly share: Estimate;
  readonly p50: Estimate;
  readonly p99: Estimate;
  readonly p999: Estimate;
}

/** What was measured of a configuration over all its runs. Estimates are medians over runs with 95 % intervals. */
export interface Measures {
  readonly configuration: string;
  readonly runs: number;
  readonly outcomes: { readonly [outcome: string]: number };
  /** Share of runs with at least one certain instance, by `name (status)`. */
  readonly anomalies: { readonly [name: string]: Rate };
  /** Acknowledged writes that were lost, over all runs, and in how many runs any was. */
  readonly lost: { readonly writes: number; readonly runs: Rate };
  readonly availability: { readonly calm: Estimate | null; readonly faults: Estimate | null };
  /** The longest that somebody asked and nobody was answered, after a fault that takes the primary away, ms. */
  readonly failoverMs: Estimate | null;
  readonly latency: readonly LatencyMeasure[];
  /** `ok` operations a second without faults. */
  readonly throughput: Estimate | null;
  /** How old what reads returned was; null where no checker measured it. */
  readonly staleness: StalenessMeasure | null;
  readonly strength: Strength;
  readonly scorecard: Scorecard;
}

/** Anomalies whose count is a count of acknowledged writes that are gone. */
export const LOST: ReadonlySet<string> = new Set([
  'lost-acknowledged-write',
  'total-loss',
  'clock-skew-loss',
  'lost-write',
  'lost-element',
]);

export function measuresOf(configuration: string, runs: readonly ComparedRun[], random: Random): Measures {
  const estimate = (values: readonly (number | null | undefined)[]): Estimate | null => {
    const known = values.filter((value) => typeof value === 'number');
    return known.length === 0 ? null : medianOf(known, random);
  };
  const outcomes: Record<string, number> = {};
  for (const { document } of runs) outcomes[document.outcome] = (outcomes[document.outcome] ?? 0) + 1;
  const performances = runs.map(performanceIn);
  return {
    configuration,
    runs: runs.length,
    outcomes,
    anomalies: anomalyRates(runs),
    lost: lostWrites(runs),
    availability: {
      calm: estimate(performances.map((p) => p?.withoutFaults.availability)),
      faults: estimate(performances.map((p) => p?.duringFaults.availability)),
    },
    failoverMs: estimate(
      runs.flatMap((run) =>
        // Absent in what an older release judged.
        feltFaults(run, 'failover', 'restart-then-promote', 'switchover', 'kill').map((f) => f.outage?.ms),
      ),
    ),
    latency: latencyOf(runs, estimate),
    throughput: estimate(performances.map((p) => p?.withoutFaults.okPerSecond)),
    staleness: stalenessOf(runs, estimate),
    strength: strengthOf(runs),
    scorecard: scorecardOf(runs),
  };
}

function anomalyRates(runs: readonly ComparedRun[]): Record<string, Rate> {
  const hits = new Map<string, number>();
  for (const { document } of runs)
    for (const name of new Set(
      document.anomalies.filter((a) => a.certain).map((a) => `${a.name} (${a.status})`),
    ))
      hits.set(name, (hits.get(name) ?? 0) + 1);
  return Object.fromEntries([...hits].sort().map(([name, count]) => [name, rateOf(count, runs.length)]));
}

function lostWrites(runs: readonly ComparedRun[]): Measures['lost'] {
  const lost = runs.map(({ document }) =>
    document.anomalies.filter((a) => a.certain && LOST.has(a.name)).reduce((sum, a) => sum + a.count, 0),
  );
  const writes = lost.reduce((sum, count) => sum + count, 0);
  return { writes, runs: rateOf(lost.filter((count) => count > 0).length, runs.length) };
}

type Estimator = (values: readonly (number | null | undefined)[]) => Estimate | null;

function latencyOf(runs: readonly ComparedRun[], estimate: Estimator): LatencyMeasure[] {
  const figures = runs
    .flatMap((run) => performanceIn(run)?.latency ?? [])
    .filter(({ type }) => type === 'ok');
  const functions = [...new Set(figures.map(({ f }) => f))].sort();
  return functions.flatMap((f) => {
    const of = figures.filter((figure) => figure.f === f);
    const p50 = estimate(of.map((figure) => figure.p50));
    const p99 = estimate(of.map((figure) => figure.p99));
    const p999 = estimate(of.map((figure) => figure.p999));
    return p50 && p99 && p999 ? [{ f, p50, p99, p999, curve: curveOf(of) }] : [];
  });
}

/** At each percentile the median over runs. */
function curveOf(figures: readonly Partial<LatencyFigures>[]): number[] {
  const curves = figures.flatMap(({ curve }) => (curve === undefined ? [] : [curve]));
  if (curves.length === 0) return [];
  return CURVE.map((_, i) =>
    quantile(
      curves.map((curve) => curve[i]).sort((a, b) => a - b),
      0.5,
    ),
  );
}

/** What is needed of the `staleness` checker's figures. */
const staleness = z.looseObject({
  reads: z.number(),
  stale: z.number(),
  ageMs: z.looseObject({ p50: z.number(), p99: z.number(), p999: z.number() }),
});

/** By the `staleness` checker's figures. */
function stalenessOf(runs: readonly ComparedRun[], estimate: Estimator): StalenessMeasure | null {
  const figures = runs.flatMap(({ document }) => {
    const found = staleness.safeParse(document.stats['staleness']);
    return found.success && found.data.reads > 0 ? [found.data] : [];
  });
  const share = estimate(figures.map(({ reads, stale }) => stale / reads));
  const [p50, p99, p999] = (['p50', 'p99', 'p999'] as const).map((q) =>
    estimate(figures.map(({ ageMs }) => ageMs[q])),
  );
  return share && p50 && p99 && p999 ? { share, p50, p99, p999 } : null;
}
