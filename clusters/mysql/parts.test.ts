import { describe, expect, it } from 'vitest';
import { GUARANTEES } from '../../checkers/guarantees.ts';
import { claimOf } from './claims.ts';
import { renderConfig } from './config.ts';
import { readMyCnf } from './config-file.ts';
import { mysql } from './definition.ts';
import { gtidCount } from './gtid.ts';
import { isAfter } from './positions.ts';
import { conflictOf, settingsOf, type Semisync } from './settings.ts';

describe('the claim', () => {
  it.each([
    ['none', false],
    ['fall-back', false],
    ['wait', true],
  ])('with semisync %s a failover is tolerated: %s', (semisync, tolerated) => {
    expect(claimOf({ semisync }).tolerates.faults.includes('failover')).toBe(tolerated);
  });

  it('drops durability, and kill from what it tolerates, when commits wait in the server’s memory', () => {
    const { guarantee, tolerates } = claimOf({ innodb_flush_log_at_trx_commit: 0, semisync: 'wait' });
    expect(guarantee).not.toContain('durable');
    expect(tolerates.faults).not.toContain('kill');
    expect(tolerates.faults).not.toContain('failover');
    expect(claimOf({ innodb_flush_log_at_trx_commit: 2 }).guarantee).toContain('durable');
  });

  it('is weaker where replicas answer reads', () => {
    expect(claimOf({}).guarantee).toEqual(expect.arrayContaining(['linearizable', 'serializable']));
    expect(claimOf({ reads: 'any' }).guarantee).not.toContain('serializable');
    expect(claimOf({ reads: 'any' }).guarantee).not.toContain('linearizable');
  });

  it('of locks is the same whatever the settings, and survives no death of the primary and no other primary', () => {
    const { guarantee, tolerates, source } = claimOf({ semisync: 'wait' }, 'lock');
    expect(guarantee).toContain('linearizable');
    for (const fault of ['kill', 'failover', 'restart-then-promote', 'partition', 'power-off', 'membership'])
      expect(tolerates.faults).not.toContain(fault);
    expect(source).toContain('locking-functions');
    expect(claimOf({ reads: 'any' }, 'lock')).toEqual(claimOf({}, 'lock'));
    expect(mysql.refusesPort?.('lock', { wait_timeout: 2 })).toMatch(/^wait_timeout ends sessions/);
  });

  it('has a source and known words in every configuration', () => {
    for (const { claim, settings } of mysql.configurations) {
      const { guarantee, source } = claim(settings);
      expect(source).toContain('https://dev.mysql.com/doc/');
      for (const word of guarantee) expect(GUARANTEES.has(word), word).toBe(true);
    }
  });
});

describe('settings that do not go together are refused in one sentence', () => {
  it.each([
    [{ positions: 'file' }, /a clone does not say where in a log it ends/],
    [{ pointing: 'too-late' }, /set positions=file to give them one/],
    [{ positions: 'file', seeding: 'dump', partitioning: 'hash' }, /without partitions/],
    [{ positions: 'file', seeding: 'dump', pointing: 'too-late' }, null],
  ])('%j', (given, told) => {
    const conflict = conflictOf(settingsOf(given));
    if (told === null) expect(conflict).toBeNull();
    else expect(conflict).toMatch(told);
  });
});

it('places in logs are ordered by file, then by how far into it', () => {
  const at = (file: string, pos: number) => ({ file, pos });
  expect(isAfter(at('binlog.000002', 4), at('binlog.000001', 9000))).toBe(true);
  expect(isAfter(at('binlog.000001', 9000), at('binlog.000001', 9000))).toBe(false);
});

describe('my.cnf', () => {
  const node = {
    listen: { host: '10.0.0.2', port: 3306 },
    directory: '/d',
    serverId: 2,
    fallBackMs: 1000,
    settings: {},
  };
  const rendered = (semisync: Semisync, readOnly: boolean) => renderConfig({ ...node, semisync, readOnly });

  it('lets a primary wait for replicas, and never a replica, whose applier would wait for ever', () => {
    expect(rendered('wait', false)).toContain('rpl_semi_sync_source_enabled = ON');
    expect(rendered('wait', true)).toContain('rpl_semi_sync_source_enabled = OFF');
    expect(rendered('none', false)).toContain('rpl_semi_sync_source_enabled = OFF');
    expect(rendered('fall-back', false)).toContain('rpl_semi_sync_source_timeout = 1000');
  });

  it('the user has the last word, but not on what failover needs', () => {
    expect(
      renderConfig({ ...node, semisync: 'none', readOnly: false, settings: { sync_binlog: 0 } }),
    ).toMatch(/^sync_binlog = 0$/m);
    expect(() => settingsOf({ super_read_only: false })).toThrow(
      '--set super_read_only: "super_read_only" cannot be set here: failover sets it.',
    );
    expect(() => settingsOf({ 'x;y': 1 })).toThrow('is not the name of a MySQL system variable');
  });

  it('of a user is read from its section [mysqld]', () => {
    const text =
      '[client]\nport=1\n[mysqld]\n# comment\nsync-binlog = 0 # relaxed\nskip-log-bin\nname = "a b"\n';
    expect(readMyCnf(text)).toEqual({ sync_binlog: '0', skip_log_bin: true, name: 'a b' });
    expect(() => readMyCnf('[mysqld]\n!include /x')).toThrow('line 2: !include is not followed');
    expect(() => readMyCnf('[mysqld]\n=x')).toThrow('line 2: "=x" is not a setting');
  });
});

it('counts the transactions of a GTID set', () => {
  const uuid = '3E11FA47-71CA-11E1-9E33-C80AA9429562';
  expect(gtidCount('')).toBe(0);
  expect(gtidCount(`${uuid}:1-5`)).toBe(5);
  expect(gtidCount(`${uuid}:1-5:8:10-11,\n${uuid.replace('3', '4')}:7`)).toBe(9);
});
