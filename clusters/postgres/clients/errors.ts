// What a PostgreSQL error says about whether an operation happened.
import { byCode, byMessage, type Failure } from '../../kit/error-table.ts';
import {
  anything,
  BEFORE_COMMIT,
  decide,
  SESSION_LOCKS,
  type ClientPhase,
  type ErrorRow,
  type Outcome,
} from '../../sql/outcome.ts';

/** The name of a commit that was acknowledged although its synchronous replication was called off. */
export const WAIT_CANCELLED = 'sync-wait-cancelled';
/** The name of a COMMIT that the server answered with ROLLBACK. */
export const ROLLED_BACK = 'commit-rolled-back';

/** The name of a statement that had to change a row, was its own commit, and changed none. */
export const NOTHING_CHANGED = 'nothing-changed';

export const ERRORS: readonly ErrorRow[] = [
  ...BEFORE_COMMIT,
  ...SESSION_LOCKS,
  {
    name: WAIT_CANCELLED,
    match: byMessage(/^cancell?ing (the )?wait for synchronous replication/),
    phases: ['commit'],
    outcome: 'info',
    why: 'committed on the primary, perhaps on no standby: a promotion may lose it (notice 01000 on a success)',
  },
  {
    name: ROLLED_BACK,
    match: byMessage(/^COMMIT answered ROLLBACK/),
    phases: ['commit'],
    outcome: 'fail',
    why: 'an earlier statement had failed, so COMMIT rolled back without raising an error',
  },
  {
    name: NOTHING_CHANGED,
    match: byCode(/^nothing-changed$/),
    phases: ['commit'],
    outcome: 'fail',
    why: 'the server answered that it changed no row: a trigger held the write back',
  },
  {
    name: 'serialization-or-deadlock',
    match: byCode(/^40(001|P01)$/),
    phases: ['commit'],
    outcome: 'fail',
    why: 'the server chose this transaction as the victim and rolled it back',
  },
  {
    name: 'read-only',
    match: byCode(/^25006$/),
    phases: ['commit'],
    outcome: 'fail',
    why: 'a standby, or a primary set read-only, refused the write',
  },
  {
    name: 'refused-statement',
    match: byCode(/^(0A|21|22|23|42|55)/),
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
export function classify(failure: Failure, phase: ClientPhase): Outcome {
  return decide(ERRORS, failure, phase);
}
