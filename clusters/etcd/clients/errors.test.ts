import { describe, expect, it } from 'vitest';
import { rowOf, type Phase } from '../../kit/error-table.ts';
import { ERRORS } from './errors.ts';

const verdict = (code: string, message: string, phase: Phase) => {
  const { name, outcome } = rowOf(ERRORS, { code, message }, phase);
  return `${name}: ${outcome}`;
};

describe('a write that etcd answered with an error', () => {
  // Messages as etcd 3.5 spells them: api/v3rpc/rpctypes/error.go.
  it.each([
    ['guard-failed', 'somebody holds the lock', 'guard-failed: fail'],
    ['grpc-8', 'etcdserver: too many requests', 'too-many-requests: fail'],
    ['grpc-8', 'etcdserver: mvcc: database space exceeded', 'no-space: fail'],
    ['grpc-5', 'etcdserver: requested lease not found', 'no-lease: fail'],
    ['grpc-3', 'etcdserver: key is not provided', 'refused-request: fail'],
    ['grpc-3', 'etcdserver: too many operations in txn request', 'refused-request: fail'],
    ['grpc-3', 'etcdserver: duplicate key given in txn request', 'refused-request: fail'],
    ['grpc-11', 'etcdserver: mvcc: required revision is a future revision', 'refused-request: fail'],
    ['grpc-14', 'etcdserver: request timed out', 'unknown: info'],
    ['grpc-14', 'etcdserver: leader changed', 'unknown: info'],
    ['grpc-14', 'etcdserver: no leader', 'unknown: info'],
    ['grpc-14', 'etcdserver: server stopped', 'unknown: info'],
    ['grpc-2', 'context canceled', 'unknown: info'],
    ['ECONNRESET', 'read ECONNRESET', 'unknown: info'],
    ['', 'socket hang up', 'unknown: info'],
  ])('%s "%s" is %s', (code, message, expected) => {
    expect(verdict(code, message, 'write')).toBe(expected);
  });
});

it('nothing that was not sent, and no read, leaves anything in doubt', () => {
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'grpc-14', '']) {
    expect(verdict(code, 'x', 'connect')).toBe('not-sent: fail');
    expect(verdict(code, 'x', 'read')).toBe('read: fail');
  }
});
