import { byCode, byMessage, HARMLESS, UNKNOWN, type ErrorRow } from '../../kit/error-table.ts';

/** The code of a write that fewer replicas, or disks, have confirmed than were asked for. */
export const TOO_FEW = 'too-few-acknowledged';

/** The code of a transaction of which some commands were done and some were not. */
export const PARTLY = 'partly-executed';

/**
 * What ioredis and the server say. A refusal's code is the first word of its message, as the server spells it.
 * https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
 */
export const ERRORS: readonly ErrorRow[] = [
  ...HARMLESS,
  {
    name: TOO_FEW,
    match: byCode(/^too-few-acknowledged$/),
    phases: ['write'],
    outcome: 'info',
    why: 'the primary has it; WAIT takes nothing back, so that it may stay or be lost with the primary',
  },
  {
    name: PARTLY,
    match: byCode(/^partly-executed$/),
    phases: ['write'],
    outcome: 'info',
    why: 'EXEC runs the other commands although one of them fails: the transaction is neither done nor undone',
  },
  {
    name: 'wait-broken',
    match: byCode(/^UNBLOCKED$/),
    phases: ['write'],
    outcome: 'info',
    why: 'the write was made and its wait for others ended when the server changed its role',
  },
  {
    name: 'not-writeable',
    match: byMessage(/^Stream isn't writeable and enableOfflineQueue options is false/),
    phases: ['write'],
    outcome: 'fail',
    why: 'the driver had no connection to write to: nothing was sent',
  },
  {
    name: 'read-only',
    match: byCode(/^READONLY$/),
    phases: ['write'],
    outcome: 'fail',
    why: 'a replica refused the write',
  },
  {
    name: 'no-replicas',
    match: byCode(/^NOREPLICAS$/),
    phases: ['write'],
    outcome: 'fail',
    why: 'refused before it was done: too few replicas are in touch (min-replicas-to-write)',
  },
  {
    name: 'discarded',
    match: byCode(/^EXECABORT$/),
    phases: ['write'],
    outcome: 'fail',
    why: 'EXEC ran nothing: a command was refused while it was queued, or the server had become a replica by then',
  },
  {
    name: 'refused-command',
    // The message of an error of the network (`read ECONNRESET`) does not begin with its code.
    match: ({ code, message }) => /^[A-Z]{3,}$/.test(code) && message.startsWith(`${code} `),
    phases: ['write'],
    outcome: 'fail',
    why: 'the server refused the command (loading, out of memory, its disk is failing, wrong type, syntax)',
  },
  {
    name: 'already-there',
    match: byCode(/^already-there$|^held$/),
    phases: ['write'],
    outcome: 'fail',
    why: 'the command found what it would have made: it changed nothing',
  },
  UNKNOWN,
];
