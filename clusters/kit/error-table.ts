// What an error says about whether an operation happened: one table a client, the first row that matches decides.
import type { Completion } from '../../harness/cluster.ts';

/**
 * How far an operation had got when it broke. `connect` nothing of it was sent · `read` it changes nothing · `write`
 * it was sent, or may have been.
 */
export type Phase = 'connect' | 'read' | 'write';

/** A driver's or server's error, reduced to what a table looks at. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

export interface ErrorRow {
  readonly name: string;
  readonly match: (failure: Failure) => boolean;
  readonly phases: readonly Phase[];
  readonly outcome: 'fail' | 'info';
  readonly why: string;
}

export const byCode = (pattern: RegExp) => (failure: Failure) => pattern.test(failure.code);
export const byMessage = (pattern: RegExp) => (failure: Failure) => pattern.test(failure.message);

/** Rows that hold for any database: the beginning of every table. */
export const HARMLESS: readonly ErrorRow[] = [
  {
    name: 'not-sent',
    match: () => true,
    phases: ['connect'],
    outcome: 'fail',
    why: 'the connection was refused, timed out or never answered before the operation was sent',
  },
  {
    name: 'read',
    match: () => true,
    phases: ['read'],
    outcome: 'fail',
    why: 'a read that returned nothing changed nothing',
  },
];

/** The end of every table: whatever is not known to be certain is not. */
export const UNKNOWN: ErrorRow = {
  name: 'unknown',
  match: () => true,
  phases: ['write'],
  outcome: 'info',
  why: 'it was sent, and nobody said that it was refused: it may have happened, or happen yet',
};

/** An operation that broke, in a phase; `answered` when the server itself refused, so that the connection lives on. */
export class Failed extends Error {
  readonly code: string;
  readonly phase: Phase;
  readonly answered: boolean;

  constructor(failure: Failure, phase: Phase, answered = false) {
    super(failure.message);
    this.code = failure.code;
    this.phase = phase;
    this.answered = answered;
  }
}

/** The row that decides. */
export function rowOf(table: readonly ErrorRow[], failure: Failure, phase: Phase): ErrorRow {
  return table.find((row) => row.phases.includes(phase) && row.match(failure)) ?? UNKNOWN;
}

/** The completion of an operation that ended so; `node` null when it went nowhere. */
export function completionOf(table: readonly ErrorRow[], failed: Failed, node: string | null): Completion {
  const row = rowOf(table, failed, failed.phase);
  const error = { code: failed.code || row.name, message: failed.message };
  return { type: row.outcome, ...(node === null ? {} : { node }), error };
}

/** Reduces whatever a driver threw. */
export function failureOf(thrown: unknown): Failure {
  if (!(thrown instanceof Error)) return { code: '', message: String(thrown) };
  const { code } = thrown as Error & { code?: unknown };
  const first = thrown instanceof AggregateError ? failureOf(thrown.errors[0]) : null;
  return {
    code: typeof code === 'string' ? code : (first?.code ?? ''),
    message: thrown.message || first?.message || thrown.name,
  };
}
