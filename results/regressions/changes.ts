import { discoveries, fisherExact } from '../statistics/rates.ts';
import { coverageOf, shareOf, type Fingerprint, type Night, type Share } from './findings.ts';

/**
 * - `new`: seen now, never in the baseline
 * - `known`: seen in both · `worse`, `better`: and its rate changed, significantly and by enough to matter
 * - `fixed`: not seen any more, over enough runs that chance does not explain it
 * - `flaky`: not seen now, but so few runs prove nothing
 * - `not-run`: nothing was run now that could have shown it
 */
export type Change = 'new' | 'known' | 'worse' | 'better' | 'fixed' | 'flaky' | 'not-run';

export interface ChangedFinding extends Fingerprint {
  readonly change: Change;
  readonly before: Share;
  readonly now: Share;
  /** Fisher's exact test between the two shares; null where there was nothing to test. */
  readonly p: number | null;
  readonly faults: readonly string[];
}

export interface ChangeOptions {
  /** The share of false discoveries among the changes that are called significant. */
  readonly level?: number;
  /** A rate that moved by less than this is no change worth anybody's morning. */
  readonly minimumEffect?: number;
}

/**
 * Sorts the findings of a night against a baseline. Whatever was never seen before is new, however rare: only claims of
 * improvement or of a moved rate need significance (Benjamini & Hochberg over all of them).
 */
export function changesBetween(before: Night, now: Night, options: ChangeOptions = {}): ChangedFinding[] {
  const { level = 0.05, minimumEffect = 0.1 } = options;
  const fingerprints = new Map<string, Fingerprint>([...before.findings, ...now.findings]);
  const compared = [...fingerprints]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { configuration, workload, anomaly }]) => {
      const fingerprint = { configuration, workload, anomaly };
      const shares = { before: shareOf(before, fingerprint), now: shareOf(now, fingerprint) };
      const faults = (now.findings.get(key) ?? before.findings.get(key))?.faults ?? [];
      const testable = shares.before.hits > 0 && coverageOf(now, fingerprint) > 0;
      return {
        ...fingerprint,
        ...shares,
        faults,
        p: testable ? fisherExact(shares.before, shares.now) : null,
      };
    });
  const tested = compared.filter(({ p }) => p !== null);
  const significant = discoveries(
    tested.map(({ p }) => p ?? 1),
    level,
  );
  const moved = new Set(
    tested.filter((one, i) => significant[i] && Math.abs(rate(one.now) - rate(one.before)) >= minimumEffect),
  );
  return compared.map((one) => ({ ...one, change: changeOf(one, moved.has(one)) }));
}

const rate = ({ hits, runs }: Share): number => (runs === 0 ? 0 : hits / runs);

function changeOf({ before, now }: { before: Share; now: Share }, moved: boolean): Change {
  if (before.hits === 0) return 'new';
  if (now.runs === 0) return 'not-run';
  if (now.hits === 0) return moved ? 'fixed' : 'flaky';
  if (!moved) return 'known';
  return rate(now) > rate(before) ? 'worse' : 'better';
}
