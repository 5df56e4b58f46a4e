// What a MySQL error says about whether an operation happened.
// Codes: https://dev.mysql.com/doc/mysql-errors/9.5/en/server-error-reference.html; PROTOCOL_… are the driver's.
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

/** What {@link Certification} adds to a refusal that it has looked into. */
export const CERTIFIED = /the member was in its group throughout/;

const both =
  (...all: readonly ErrorRow['match'][]): ErrorRow['match'] =>
  (failure) =>
    all.every((match) => match(failure));

export const ERRORS: readonly ErrorRow[] = [
  ...BEFORE_COMMIT,
  ...SESSION_LOCKS,
  {
    name: 'deadlock',
    match: byCode(/^ER_LOCK_DEADLOCK$/),
    phases: ['commit'],
    outcome: 'fail',
    why: 'the server chose this transaction as the victim and rolled it back (1213)',
  },
  {
    name: 'lock-wait',
    match: byCode(/^ER_LOCK_WAIT_TIMEOUT$/),
    phases: ['commit'],
    outcome: 'fail',
    why: 'the statement waited too long for a row lock and was rolled back: outside a transaction it was all there was (1205)',
  },
  {
    name: 'read-only',
    match: byCode(/^ER_(OPTION_PREVENTS_STATEMENT|READ_ONLY_MODE|CANT_EXECUTE_IN_READ_ONLY_TRANSACTION)$/),
    phases: ['commit'],
    outcome: 'fail',
    why: 'a replica, or a primary set super_read_only before the COMMIT, refused the write (1290)',
  },
  {
    name: 'refused-statement',
    match: byCode(
      /^ER_(DUP_ENTRY|PARSE_ERROR|NO_SUCH_TABLE|BAD_FIELD_ERROR|BAD_NULL_ERROR|DATA_TOO_LONG|INVALID_JSON_TEXT|NO_PARTITION_FOR_GIVEN_VALUE|CHECK_CONSTRAINT_VIOLATED)$/,
    ),
    phases: ['commit'],
    outcome: 'fail',
    why: 'the server refused the statement (1062: duplicate key; syntax, data, constraint, no partition) and rolled it back',
  },
  {
    name: 'certification',
    match: both(byCode(/^ER_TRANSACTION_ROLLBACK_DURING_COMMIT$/), byMessage(CERTIFIED)),
    phases: ['commit'],
    outcome: 'fail',
    why: 'another member’s transaction came first: every member rolls this one back (3101). Only where this member was in its group throughout: one that leaves gives the same code to commits that the others may keep',
  },
  {
    name: 'group-refused',
    match: byCode(
      /^ER_(BEFORE_DML_VALIDATION_ERROR|GRP_HOLD_WAIT_TIMEOUT|GRP_HOLD_KILLED|GRP_TRX_CONSISTENCY_\w+)$/,
    ),
    phases: ['commit'],
    outcome: 'fail',
    why: 'the group’s consistency could not be had before the statement began (3796 to 3800), or its table or level is not one for groups (3098)',
  },
  {
    name: 'unknown',
    match: anything,
    phases: ['commit'],
    outcome: 'info',
    why: 'the commit was sent: cut off (PROTOCOL_CONNECTION_LOST, ECONNRESET), killed (1317), shut down (1053) or too late, it may stand. So may one whose member lost its group while it was decided on (3100, before_commit)',
  },
];

/** The row that decides, and the error as the history keeps it. */
export function classify(failure: Failure, phase: ClientPhase): Outcome {
  return decide(ERRORS, failure, phase);
}

/** Refusals after which the session stands as it was; whatever else happened, the connection is thrown away. */
export function sessionIntact(failure: Failure): boolean {
  const intact = ERRORS.filter(({ name }) =>
    ['deadlock', 'lock-wait', 'read-only', 'refused-statement', 'certification'].includes(name),
  );
  return intact.some((row) => row.match(failure));
}
