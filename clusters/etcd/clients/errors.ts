import { byCode, byMessage, HARMLESS, UNKNOWN, type ErrorRow } from '../../kit/error-table.ts';

/**
 * What etcd's errors say. Codes are gRPC's; `Unavailable` (14) covers "request timed out", "leader changed" and "no
 * leader", after any of which the proposal may still be applied.
 * https://etcd.io/docs/v3.5/learning/api_guarantees/ , https://grpc.io/docs/guides/status-codes/
 */
export const ERRORS: readonly ErrorRow[] = [
  ...HARMLESS,
  {
    name: 'guard-failed',
    match: byCode(/^guard-failed$/),
    phases: ['write'],
    outcome: 'fail',
    why: 'the transaction’s comparison did not hold, so that its write was not made',
  },
  {
    name: 'too-many-requests',
    match: byMessage(/^etcdserver: too many requests/),
    phases: ['write'],
    outcome: 'fail',
    why: 'the member turned it away before proposing it',
  },
  {
    name: 'no-space',
    match: byMessage(/^etcdserver: mvcc: database space exceeded/),
    phases: ['write'],
    outcome: 'fail',
    why: 'writes are refused while the alarm of a full database is raised',
  },
  {
    name: 'no-lease',
    match: byMessage(/^etcdserver: requested lease not found/),
    phases: ['write'],
    outcome: 'fail',
    why: 'the key’s lease has expired: the put was refused when it was applied',
  },
  {
    name: 'refused-request',
    match: byCode(/^grpc-(3|11|12|16)$/),
    phases: ['write'],
    outcome: 'fail',
    why: 'the member found the request invalid, out of range, unknown or unauthenticated',
  },
  UNKNOWN,
];
