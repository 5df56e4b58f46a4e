import type { Json } from '../harness/history/event.ts';
import type { Outcome } from './outcome.ts';

/**
 * What an anomaly means for the configuration that showed it: it breaks the claim (`violation`), the claim allows
 * it (`permitted`), or it came under faults that the claim does not promise to survive (`outside-claim`).
 */
export type AnomalyStatus = 'violation' | 'permitted' | 'outside-claim';

/**
 * One row of a judgement: every instance of one anomaly with one status, and the best of them as witness.
 *
 * - `witness` indices of events of the history, ascending
 * - `explanation` one sentence that names operations by the index of one of their events (`#41`)
 * - `severity` 3 data lost or wrong, 2 stale or out of order, 1 a property of degree
 * - `certain` false when an indeterminate operation could still explain it away
 */
export interface JudgedAnomaly {
  readonly name: string;
  readonly title: string;
  readonly definition: string;
  readonly count: number;
  readonly certain: boolean;
  readonly status: AnomalyStatus;
  readonly witness: readonly number[];
  readonly explanation: string;
  readonly severity: 1 | 2 | 3;
  readonly checker: string;
  readonly key?: Json;
  readonly evidence?: { readonly [name: string]: Json };
}

/** What one checker said of the whole history, for the list of what was checked. */
export interface CheckSummary {
  readonly checker: string;
  readonly title: string;
  readonly valid: boolean | 'unknown';
  readonly reason?: string;
}

/** The document that `--json` prints and that a run directory keeps as `results.json`. */
export interface ResultDocument {
  /** Of this document's format. */
  readonly version: 1;
  readonly outcome: Outcome;
  /** Sentences: why this outcome. */
  readonly reasons: readonly string[];
  readonly anomalies: readonly JudgedAnomaly[];
  readonly checks: readonly CheckSummary[];
  readonly stats: { readonly [name: string]: Json };
  /** From parsed columns to verdict, in ms: pairing, interning and witnesses included. */
  readonly checkMs: number;
  /** The run directory or history file that was judged. */
  readonly run: string;
}

const STATUS_ORDER: readonly AnomalyStatus[] = ['violation', 'outside-claim', 'permitted'];

/** Violations first, then the gravest, the certain, the most frequent: the first is the one to read. */
export function byWeight(a: JudgedAnomaly, b: JudgedAnomaly): number {
  return (
    STATUS_ORDER.indexOf(a.status) - STATUS_ORDER.indexOf(b.status) ||
    b.severity - a.severity ||
    Number(b.certain) - Number(a.certain) ||
    b.count - a.count ||
    a.name.localeCompare(b.name)
  );
}

/** A document of the current format, its anomalies in order of weight. */
export function resultDocument(parts: Omit<ResultDocument, 'version'>): ResultDocument {
  return { version: 1, ...parts, anomalies: [...parts.anomalies].sort(byWeight) };
}
