import type { JudgedAnomaly, Status } from '../checkers/judge.ts';
import type { Json } from '../harness/history/event.ts';
import type { Outcome } from './outcome.ts';

/**
 * What an anomaly means for the configuration that showed it: it breaks the claim (`violation`), the claim allows
 * it (`permitted`), or it came under faults that the claim does not promise to survive (`outside-claim`).
 */
export type AnomalyStatus = Status;
export type { JudgedAnomaly };

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
