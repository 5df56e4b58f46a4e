import { describe, expect, it } from 'vitest';
import { GUARANTEES } from '../../checkers/guarantees.ts';
import { claimOf } from './claims.ts';
import { postgres } from './definition.ts';

function claim(name: string, settings = {}) {
  const configuration = postgres.configurations.find((candidate) => candidate.name === name);
  if (configuration === undefined) throw new Error(`no configuration ${name}`);
  return configuration.claim({ ...configuration.settings, ...settings });
}

describe('asynchronous replication', () => {
  it('is linearizable on the primary, but for failover', () => {
    expect(claim('async').guarantee).toContain('linearizable');
    expect(claim('async').tolerates.faults).toContain('kill');
    expect(claim('async').tolerates.faults).not.toContain('failover');
  });

  it('promises only eventual things of reads from any node', () => {
    expect(claim('async', { reads: 'any' }).guarantee).toEqual([
      'read-committed',
      'durable',
      'convergent',
      'single-primary',
      'recovers',
    ]);
  });

  it('keeps a sticky session from going back in time, unless its node restarts', () => {
    const { guarantee, tolerates } = claim('async', { reads: 'sticky' });
    expect(guarantee).toContain('monotonic-reads');
    expect(guarantee).not.toContain('read-your-writes');
    expect(tolerates.faults).not.toContain('kill');
  });
});

describe('synchronous replication', () => {
  it.each(['sync-first-1', 'sync-any-1'])(
    '%s is held to its claim over every way to move the primary',
    (name) => {
      expect(claim(name).guarantee).toContain('linearizable');
      for (const settings of [{}, { fencing: false }])
        expect(claim(name, settings).tolerates.faults).toEqual(
          expect.arrayContaining(['failover', 'restart-then-promote']),
        );
    },
  );

  it('is what makes a failover tolerable: asynchronous standbys promise nothing over it', () => {
    for (const fault of ['failover', 'restart-then-promote'])
      expect(claim('async').tolerates.faults).not.toContain(fault);
  });

  it('promises fresh reads everywhere only with remote_apply on all standbys', () => {
    expect(claim('remote-apply').guarantee).toEqual(
      expect.arrayContaining(['no-stale-read', 'read-your-writes']),
    );
    expect(claim('remote-apply', { synchronous_commit: 'on' }).guarantee).not.toContain('no-stale-read');
    expect(claim('sync-first-1', { reads: 'any' }).guarantee).not.toContain('no-stale-read');
  });
});

describe('a user’s own settings', () => {
  it('synchronous_commit = off takes durability out of the claim, and every crash out of what it tolerates', () => {
    const { guarantee, tolerates } = claim('sync-first-1', { synchronous_commit: 'off' });
    expect(guarantee).not.toContain('durable');
    for (const fault of ['kill', 'power-off', 'failover']) expect(tolerates.faults).not.toContain(fault);
  });

  it.each([{ fsync: false }, { full_page_writes: 'off' }])(
    '%o survives a kill, whose writes the kernel keeps, and no power cut',
    (settings) => {
      const { guarantee, tolerates } = claim('sync-first-1', settings);
      expect(guarantee).toContain('durable');
      expect(tolerates.faults).toContain('kill');
      expect(tolerates.faults).not.toContain('power-off');
    },
  );

  it('with fsync, as it comes, a power cut loses nothing', () => {
    for (const name of ['single', 'async']) expect(claim(name).tolerates.faults).toContain('power-off');
  });

  it('synchronous_commit = local waits for nobody, so a failover may lose writes', () => {
    expect(claim('sync-first-1', { synchronous_commit: 'local' }).tolerates.faults).not.toContain('failover');
  });

  it('the isolation level is claimed as what PostgreSQL implements', () => {
    expect(claimOf({ isolation: 'repeatable-read' }).guarantee).toContain('snapshot-isolation');
    expect(claimOf({}).guarantee).toContain('serializable');
  });
});

it('every claim has a source, and its words for objects are in the guarantees', () => {
  const transactional = ['serializable', 'snapshot-isolation', 'read-committed'];
  for (const { name } of postgres.configurations) {
    const { guarantee, source } = claim(name);
    expect(source).toMatch(/^https:\/\/www\.postgresql\.org\/docs\//);
    for (const word of guarantee) expect(GUARANTEES.has(word) || transactional.includes(word)).toBe(true);
  }
});

describe('locks of a session', () => {
  it('exclude others while the session lasts, which no death of the primary and no other primary lets it', () => {
    for (const { claim, settings } of postgres.configurations) {
      const { guarantee, tolerates, source } = claim(settings, 'lock');
      expect(guarantee).toContain('linearizable');
      expect(guarantee).not.toContain('durable');
      for (const fault of ['kill', 'failover', 'restart-then-promote', 'partition', 'power-off'])
        expect(tolerates.faults).not.toContain(fault);
      expect(source).toContain('ADVISORY-LOCKS');
    }
  });

  it('are refused where the server ends sessions that do nothing', () => {
    const refused = (port: string, settings = {}) => postgres.refusesPort?.(port, settings) ?? null;
    expect(refused('lock', { idle_session_timeout: '2s' })).toMatch(/^idle_session_timeout ends sessions/);
    expect([refused('lock', { idle_session_timeout: 0 }), refused('lock')]).toEqual([null, null]);
    expect(refused('set', { idle_session_timeout: '2s' })).toBeNull();
  });
});
