// What was found over many runs, by fingerprint: the material of every comparison between nights.
import type { Rate } from '../statistics/rates.ts';

/** A run as far as regressions are concerned. */
export interface JudgedRunRow {
  readonly outcome: string;
  readonly anomalies: readonly {
    readonly name: string;
    readonly status: string;
    readonly certain: boolean;
  }[];
}

/** Runs that were alike but for their seeds. */
export interface JudgedCell {
  readonly configuration: string;
  readonly workload: string;
  readonly faults: string;
  readonly runs: readonly JudgedRunRow[];
}

/**
 * What makes two findings the same one: where it was found and what kind it is. The fault that was dealt and the shape
 * of the witness are not part of it, or every night would bring new findings.
 */
export interface Fingerprint {
  readonly configuration: string;
  readonly workload: string;
  readonly anomaly: string;
}

export interface Finding extends Fingerprint {
  readonly hits: number;
  /** Runs of the same configuration and workload that could have shown it: those that reached a verdict. */
  readonly runs: number;
  /** Faults under which it was seen, ascending. */
  readonly faults: readonly string[];
}

export type Findings = ReadonlyMap<string, Finding>;

export function keyOf({ configuration, workload, anomaly }: Fingerprint): string {
  return JSON.stringify([configuration, workload, anomaly]);
}

/** What a night, or several, found: certain violations by fingerprint, and how much was run where. */
export interface Night {
  readonly findings: Findings;
  /** Runs with a verdict by configuration and workload, as `JSON.stringify([configuration, workload])`. */
  readonly coverage: ReadonlyMap<string, number>;
}

const placeKey = ({ configuration, workload }: Omit<Fingerprint, 'anomaly'>): string =>
  JSON.stringify([configuration, workload]);

/** Runs of one configuration and workload that reached a verdict. */
export function coverageOf(night: Night, place: Omit<Fingerprint, 'anomaly'>): number {
  return night.coverage.get(placeKey(place)) ?? 0;
}

/** A run that broke, or proved nothing, shows nothing: it is no evidence that an anomaly is gone. */
const reachedVerdict = ({ outcome }: JudgedRunRow): boolean => outcome === 'valid' || outcome === 'violation';

export function nightOf(cells: readonly JudgedCell[]): Night {
  const coverage = new Map<string, number>();
  const hits = new Map<string, { fingerprint: Fingerprint; hits: number; faults: Set<string> }>();
  for (const cell of cells) {
    const judged = cell.runs.filter(reachedVerdict);
    coverage.set(placeKey(cell), (coverage.get(placeKey(cell)) ?? 0) + judged.length);
    for (const run of judged)
      for (const anomaly of violationsOf(run)) {
        const fingerprint = { configuration: cell.configuration, workload: cell.workload, anomaly };
        const key = keyOf(fingerprint);
        const seen = hits.get(key) ?? { fingerprint, hits: 0, faults: new Set<string>() };
        seen.hits++;
        seen.faults.add(cell.faults);
        hits.set(key, seen);
      }
  }
  const findings = [...hits].map(([key, { fingerprint, hits: count, faults }]): [string, Finding] => [
    key,
    {
      ...fingerprint,
      hits: count,
      runs: coverage.get(placeKey(fingerprint)) ?? 0,
      faults: [...faults].sort(),
    },
  ]);
  return { findings: new Map(findings.sort(([a], [b]) => (a < b ? -1 : 1))), coverage };
}

function violationsOf({ anomalies }: JudgedRunRow): Set<string> {
  return new Set(anomalies.filter((a) => a.certain && a.status === 'violation').map((a) => a.name));
}

/** A finding's share of runs, as counts. */
export type Share = Pick<Rate, 'hits' | 'runs'>;

/** The share of runs in a night that showed this fingerprint. */
export function shareOf(night: Night, fingerprint: Fingerprint): Share {
  const found = night.findings.get(keyOf(fingerprint));
  return { hits: found?.hits ?? 0, runs: coverageOf(night, fingerprint) };
}
