import { changesBetween, type Change } from '../regressions/changes.ts';
import { keyOf, nightOf, shareOf, type Fingerprint } from '../regressions/findings.ts';
import { rateOf, type Rate } from '../statistics/rates.ts';
import type { NightRow } from './nights.ts';

/** How one finding went over the nights. */
export interface FindingTrend extends Fingerprint {
  /** Share of runs, night by night; null where nothing was run that could have shown it. */
  readonly shares: readonly (Rate | null)[];
  /** The last night against all before it. */
  readonly change: Change;
}

export interface Trend {
  /** When each night began, the oldest first. */
  readonly nights: readonly string[];
  /** Runs by outcome, night by night. */
  readonly outcomes: readonly { readonly [outcome: string]: number }[];
  readonly findings: readonly FindingTrend[];
}

/** Campaigns of one name, the oldest first, as a trend; null when there are fewer than two. */
export function trendOf(nights: readonly NightRow[]): Trend | null {
  const last = nights.at(-1);
  if (last === undefined || nights.length < 2) return null;
  const judged = nights.map(({ cells }) => nightOf(cells));
  const before = nightOf(nights.slice(0, -1).flatMap(({ cells }) => cells));
  const changes = changesBetween(before, nightOf(last.cells));
  const outcomes = nights.map(({ cells }) => {
    const counts: Record<string, number> = {};
    for (const { outcome } of cells.flatMap(({ runs }) => runs)) counts[outcome] = (counts[outcome] ?? 0) + 1;
    return counts;
  });
  const findings = changes.map(({ configuration, workload, anomaly, change }): FindingTrend => {
    const shares = judged.map((night) => {
      const { hits, runs } = shareOf(night, { configuration, workload, anomaly });
      return runs === 0 ? null : rateOf(hits, runs);
    });
    return { configuration, workload, anomaly, change, shares };
  });
  return {
    nights: nights.map(({ startedAt }) => startedAt),
    outcomes,
    findings: findings.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
  };
}
