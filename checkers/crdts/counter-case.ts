import type { History } from '../../harness/history/history.ts';
import type { Findings } from '../sets-queues-counters/elements.ts';
import type { Finals, ReplicatedOperation } from './operations.ts';

/** One replicated counter, and what is known of it. */
export interface CounterCase {
  readonly history: History;
  readonly ops: readonly ReplicatedOperation[];
  readonly adds: readonly ReplicatedOperation[];
  readonly finals: Finals<ReplicatedOperation> | null;
  readonly settled: boolean;
  /** Where the final reads begin, -1 if nothing says so. */
  readonly phase: number;
  /** Guarantees that the database promises anyway. */
  readonly assumed: ReadonlySet<string>;
  readonly findings: Findings;
}

/** The amount of an add; NaN for a value that is no number. */
export function amountOf({ asked }: ReplicatedOperation): number {
  return typeof asked === 'number' ? asked : NaN;
}
