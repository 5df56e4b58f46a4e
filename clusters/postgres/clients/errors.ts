// What a PostgreSQL error says about whether an operation happened: one table, the first row that matches decides.
// A code alone is not enough: the same broken connection is harmless before COMMIT was sent and unknowable after.
import type { OperationError } from '../../../harness/history/event.ts';

/**
 * How far an operation had got when it broke.
 * `connect` nothing was sent · `read` a statement that changes nothing · `open` inside a transaction whose COMMIT was
 * not yet sent · `commit` COMMIT was sent, or a statement outside a transaction, which is its own commit.
 */
export type ClientPhase = 'connect' | 'read' | 'open' | 'commit';

/** A driver's error, reduced to what the table looks at. */
export interface Failure {
  /** SQLSTATE (the server answered) or the system's code (`ECONNREFUSED`); empty when there is neither. */
  readonly code: string;
  readonly message: string;
}

export interface ErrorRow {
  readonly name: string;
  readonly match: (failure: Failure) => boolean;
  readonly phases: readonly ClientPhase[];
  readonly outcome: 'fail' | 'info';
  readonly why: string;
}

const code = (pattern: RegExp) => (failure: Failure) => pattern.test(failure.code);
const message = (pattern: RegExp) => (failure: Failure) => pattern.test(failure.message);
const anything = () => true;

/** The name of a commit that was acknowledged although its synchronous replication was called off. */
export const WAIT_CANCELLED = 'sync-wait-cancelled';
/** The name of a COMMIT that the server answered with ROLLBACK. */
export const ROLLED_BACK = 'commit-rolled-back';

export const ERRORS: readonly ErrorRow[] = [
  {
    name: 'not-sent',
    match: anything,
    phases: ['connect'],
    outcome: 'fail',
    why: 'the connection was refused, timed out or was turned away before any statement was sent',
  },
  {
    name: 'read',
    match: anything,
    phases: ['read'],
    outcome: 'fail',
    why: 'a read that returned nothing changed nothing',
  },
  {
    name: 'before-commit',
    match: anything,
    phases: ['open'],
    outcome: 'fail',
    why: 'without COMMIT the server rolls a transaction back, whatever broke it',
  },
  {
    name: WAIT_CANCELLED,
    match: message(/^cancell?ing (the )?wait for synchronous replication/),
    phases: ['commit'],
    outcome: 'info',
    why: 'committed on the primary, perhaps on no standby: a promotion may lose it (notice 01000 on a success)',
  },
  {
    name: ROLLED_BACK,
    match: message(/^COMMIT answered ROLLBACK/),
    phases: ['commit'],
    outcome: 'fail',
    why: 'an earlier statement had failed, so COMMIT rolled back without raising an error',
  },
  {
    name: 'serialization-or-deadlock',
    match: code(/^40(001|P01)$/),
    phases: ['commit'],
    outcome: 'fail',
    why: 'the server chose this transaction as the victim and rolled it back',
  },
  {
    name: 'read-only',
    match: code(/^25006$/),
    phases: ['commit'],
    outcome: 'fail',
    why: 'a standby, or a primary set read-only, refused the write',
  },
  {
    name: 'refused-statement',
    match: code(/^(0A|21|22|23|42|55)/),
    phases: ['commit'],
    outcome: 'fail',
    why: 'the server refused the statement (constraint, data, syntax, lock not available) and rolled it back',
  },
  {
    name: 'unknown',
    match: anything,
    phases: ['commit'],
    outcome: 'info',
    why: 'the commit was sent: cancelled (57014), shut down (57P01, 57P02), cut off (08xxx, ECONNRESET) or 40003, it may stand',
  },
];

/** The row that decides, and the error as the history keeps it. */
export function classify(
  failure: Failure,
  phase: ClientPhase,
): { readonly outcome: 'fail' | 'info'; readonly row: string; readonly error: OperationError } {
  const row = ERRORS.find((candidate) => candidate.phases.includes(phase) && candidate.match(failure));
  if (row === undefined) throw new Error(`the error table has no row for phase ${phase}`);
  return {
    outcome: row.outcome,
    row: row.name,
    error: { code: failure.code || row.name, message: failure.message },
  };
}

/** Reduces whatever the driver threw. */
export function failureOf(thrown: unknown): Failure {
  if (!(thrown instanceof Error)) return { code: '', message: String(thrown) };
  const { code: found } = thrown as Error & { code?: unknown };
  const first = thrown instanceof AggregateError ? failureOf(thrown.errors[0]) : null;
  return {
    code: typeof found === 'string' ? found : (first?.code ?? ''),
    message: thrown.message || first?.message || thrown.name,
  };
}
