import { describe, expect, it } from 'vitest';
import { rowOf, type Phase } from '../../kit/error-table.ts';
import { ERRORS } from './errors.ts';

const verdict = (code: string, message: string, phase: Phase) => {
  const { name, outcome } = rowOf(ERRORS, { code, message }, phase);
  return `${name}: ${outcome}`;
};

describe('a write that ended with an error', () => {
  // Messages as Redis 8 and ioredis 5 spell them.
  it.each([
    ['too-few-acknowledged', 'WAIT 1 1000 answered 0', 'too-few-acknowledged: info'],
    ['partly-executed', 'WRONGTYPE Operation against a key', 'partly-executed: info'],
    ['UNBLOCKED', 'UNBLOCKED force unblock from blocking operation', 'wait-broken: info'],
    ['', "Stream isn't writeable and enableOfflineQueue options is false", 'not-writeable: fail'],
    ['READONLY', "READONLY You can't write against a read only replica.", 'read-only: fail'],
    ['NOREPLICAS', 'NOREPLICAS Not enough good replicas to write.', 'no-replicas: fail'],
    ['EXECABORT', 'EXECABORT Transaction discarded because of previous errors.', 'discarded: fail'],
    ['EXECABORT', 'EXECABORT Transaction discarded because of: READONLY You …', 'discarded: fail'],
    ['OOM', 'OOM command not allowed when used memory > maxmemory.', 'refused-command: fail'],
    ['LOADING', 'LOADING Redis is loading the dataset in memory', 'refused-command: fail'],
    ['ERR', 'ERR value is not an integer or out of range', 'refused-command: fail'],
    ['already-there', '1 is in the set already', 'already-there: fail'],
    ['held', 'somebody holds the lock', 'already-there: fail'],
    ['ECONNRESET', 'read ECONNRESET', 'unknown: info'],
    ['', 'Connection is closed.', 'unknown: info'],
    ['', 'Command timed out', 'unknown: info'],
  ])('%s "%s" is %s', (code, message, expected) => {
    expect(verdict(code, message, 'write')).toBe(expected);
  });
});

it('nothing that was not sent, and no read, leaves anything in doubt', () => {
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'LOADING', '']) {
    expect(verdict(code, 'x', 'connect')).toBe('not-sent: fail');
    expect(verdict(code, 'x', 'read')).toBe('read: fail');
  }
});
