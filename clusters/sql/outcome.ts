// What an error says about whether an operation happened: each database has one table, the first row that matches decides.
// A code alone is not enough: the same broken connection is harmless before COMMIT was sent and unknowable after.
import type { OperationError } from '../../harness/history/event.ts';
import { byCode, failureOf, type Failure } from '../kit/error-table.ts';

/**
 * How far an operation had got when it broke.
 * `connect` nothing was sent · `read` a statement that changes nothing · `open` inside a transaction whose COMMIT was
 * not yet sent · `commit` COMMIT was sent, or a statement outside a transaction, which is its own commit.
 */
export type ClientPhase = 'connect' | 'read' | 'open' | 'commit';

export interface ErrorRow {
  readonly name: string;
  readonly match: (failure: Failure) => boolean;
  readonly phases: readonly ClientPhase[];
  readonly outcome: 'fail' | 'info';
  readonly why: string;
}

export const anything = () => true;

/** Rows that hold for every database: nothing was sent, nothing is changed by a read, nothing stands without COMMIT. */
export const BEFORE_COMMIT: readonly ErrorRow[] = [
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
];

/** The code of a lock that was not granted. */
export const HELD = 'held';
/** The code of a release by a session that has ended. */
export const SESSION_ENDED = 'session-ended';

/** Rows for locks that a session holds, in whatever database. */
export const SESSION_LOCKS: readonly ErrorRow[] = [
  {
    name: HELD,
    match: byCode(/^held$/),
    phases: ['commit'],
    outcome: 'fail',
    why: 'the server answered that another session holds the lock: nothing was taken',
  },
  {
    name: SESSION_ENDED,
    match: byCode(/^session-ended$/),
    phases: ['commit'],
    outcome: 'info',
    why: 'the connection that held the lock is gone: its server frees the lock when it notices, and nobody is told when',
  },
];

/** The row's verdict, and the error as the history keeps it. */
export interface Outcome {
  readonly outcome: 'fail' | 'info';
  readonly row: string;
  readonly error: OperationError;
}

/** @throws Error when the table has no row for the phase. */
export function decide(table: readonly ErrorRow[], failure: Failure, phase: ClientPhase): Outcome {
  const row = table.find((candidate) => candidate.phases.includes(phase) && candidate.match(failure));
  if (row === undefined) throw new Error(`the error table has no row for phase ${phase}`);
  return {
    outcome: row.outcome,
    row: row.name,
    error: { code: failure.code || row.name, message: failure.message },
  };
}

/** Why a connection was thrown away, or an operation did not end `ok`. */
export abstract class Failed extends Error {
  readonly phase: ClientPhase;

  constructor(thrown: unknown, phase: ClientPhase) {
    super(failureOf(thrown).message, { cause: thrown });
    this.phase = phase;
  }

  /** What the database's table says. */
  abstract verdict(): Outcome;
}
