import type { FaultImpact, Performance } from '../../checkers/performance/performance.ts';
import type { ResultDocument } from '../document.ts';
import type { RunMeta } from '../run-meta.ts';

/** A judged run under the name by which it is compared. */
export interface ComparedRun {
  readonly configuration: string;
  readonly meta: RunMeta;
  readonly document: ResultDocument;
  /** Why what it says may not be its own, a sentence each: absent or empty when nothing speaks against it. */
  readonly doubts?: readonly string[];
}

/** What the clients of a run saw; null for one that was judged before any client ran. */
export function performanceIn({ document }: ComparedRun): Performance | null {
  return (document.stats['performance'] as unknown as Performance | undefined) ?? null;
}

/** The run's faults of these families that took hold and were felt. */
export function feltFaults(run: ComparedRun, ...families: readonly string[]): FaultImpact[] {
  const faults = performanceIn(run)?.faults ?? [];
  return faults.filter((fault) => families.includes(fault.family) && fault.reached && fault.bit);
}

/** Runs with the same key had the same operations and fault schedule, whatever their configuration. */
export function pairKey({ meta }: ComparedRun): string {
  return JSON.stringify([meta.workload, meta.nemesis, meta.seed, meta.options['time'], meta.options['rate']]);
}

export function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [value]);
    else known.push(value);
  }
  return groups;
}
