import type { History } from '../harness/history/history.ts';
import type { Json } from '../harness/history/event.ts';
import type { Model } from './linearizability/models/model.ts';

/**
 * One anomaly that a checker found, as data; prose and pictures are renderers of it.
 *
 * - `name` from the vocabulary in `anomalies.ts`.
 * - `certain` false when some indeterminate operation could still explain the observation away.
 * - `witness` indices of the events that prove it, ascending, as few as prove it.
 * - `explanation` one sentence that a tired engineer understands, naming the operations by index (`#41`).
 * - `evidence` the picture's data: version order, replica finals, the edges of a cycle …
 * - `count` how many instances this finding stands for (a checker may fold alike ones), 1 if absent.
 */
export interface Finding {
  readonly name: string;
  readonly certain: boolean;
  readonly witness: readonly number[];
  readonly explanation: string;
  readonly key?: Json;
  readonly evidence?: { readonly [name: string]: Json };
  readonly count?: number;
}

/**
 * What a checker says of a history. `unknown` names why no verdict could be reached (budget, nothing to judge) and
 * is never to be read as valid; findings may accompany it.
 */
export interface Verdict {
  readonly checker: string;
  readonly valid: boolean | 'unknown';
  readonly findings: readonly Finding[];
  readonly reason?: string;
  /** Figures for reports: counts, percentiles. Plain JSON. */
  readonly stats?: { readonly [name: string]: Json };
}

export interface CheckOptions {
  /** Sequential specification of objects for the linearizability checker (`register`, `cas-register`, `kv`, …). */
  readonly model?: string;
  /** Models of the user's own, beside the built-in ones. */
  readonly models?: readonly Model[];
  /** What every object holds before the first write. Default null. */
  readonly initial?: Json;
  /** Deterministic search budget, in states explored. Default: the checker's own. */
  readonly budget?: number;
  /** Consistency models asked for, where a checker judges several at once (transactions). */
  readonly consistency?: readonly string[];
  /**
   * Guarantees (see `guarantees.ts`) that the database promises anyway: an observation that only they make
   * contradictory refutes the promise as a whole, so it is certain. Default: none, and it is only possible.
   */
  readonly assume?: readonly string[];
}

/** A checker is a pure function of a history: no I/O, no clock, no cluster. */
export interface Checker {
  readonly name: string;
  readonly title: string;
  /** Anomalies it can report: names in the vocabulary. */
  readonly anomalies: readonly string[];
  readonly check: (history: History, options: CheckOptions) => Verdict | Promise<Verdict>;
}

/**
 * An entry of the anomaly vocabulary. `severity` orders findings: 3 data lost or wrong, 2 stale or out of order,
 * 1 a property of degree. `violates` the guarantees (see `guarantees.ts`) that a certain instance refutes directly.
 */
export interface AnomalyDefinition {
  readonly name: string;
  readonly title: string;
  readonly definition: string;
  readonly source: string;
  readonly severity: 1 | 2 | 3;
  readonly violates: readonly string[];
}
