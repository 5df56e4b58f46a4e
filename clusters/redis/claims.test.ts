import { describe, expect, it } from 'vitest';
import { GUARANTEES } from '../../checkers/guarantees.ts';
import { etcd } from '../etcd/definition.ts';
import type { ClusterDefinition } from '../types.ts';
import { redis, valkey } from './definition.ts';

function claim(cluster: ClusterDefinition, name: string, settings = {}) {
  const configuration = cluster.configurations.find((candidate) => candidate.name === name)!;
  return configuration.claim({ ...configuration.settings, ...settings });
}

describe.each([redis, valkey])('$name', (cluster) => {
  it.each(['sentinel', 'min-replicas', 'wait-1', 'waitaof'])(
    '%s promises nothing over a fault that may move the primary',
    (name) => {
      for (const fault of ['partition', 'kill', 'pause', 'failover', 'power-off'])
        expect(claim(cluster, name).tolerates.faults).not.toContain(fault);
    },
  );

  it('one server survives what its file was synced for', () => {
    const survives = (name: string) => claim(cluster, name).tolerates.faults;
    expect(survives('single-always')).toEqual(expect.arrayContaining(['kill', 'power-off']));
    expect(survives('single-everysec')).toContain('kill');
    expect(survives('single-everysec')).not.toContain('power-off');
    expect(survives('single-no-aof')).not.toContain('kill');
  });

  it('transactions that are read at replicas fit one order, not that of time', () => {
    expect(claim(cluster, 'single-always').guarantee).toContain('strict-serializable');
    expect(claim(cluster, 'sentinel').guarantee).toContain('strict-serializable');
    for (const reads of ['any', 'sticky']) {
      const { guarantee } = claim(cluster, 'sentinel', { reads });
      expect(guarantee).toContain('serializable');
      expect(guarantee).not.toContain('strict-serializable');
    }
  });

  it('reads from replicas are promised less', () => {
    expect(claim(cluster, 'sentinel').guarantee).toContain('linearizable');
    expect(claim(cluster, 'sentinel', { reads: 'any' }).guarantee).not.toContain('monotonic-reads');
    expect(claim(cluster, 'sentinel', { reads: 'sticky' }).guarantee).toContain('monotonic-reads');
  });
});

describe('etcd', () => {
  it('keeps acknowledged writes whatever happens, a power cut only with fsync', () => {
    expect(claim(etcd, 'linearizable').tolerates.faults).toEqual(
      expect.arrayContaining(['partition', 'kill', 'power-off']),
    );
    expect(claim(etcd, 'no-fsync').tolerates.faults).not.toContain('power-off');
  });

  it('promises nothing of data under a lock, unless writes are fenced', () => {
    expect(claim(etcd, 'locks').guarantee).not.toContain('durable');
    expect(claim(etcd, 'locks-fenced').guarantee).toContain('durable');
  });

  it('reads of a member alone are of any age, of one revision all the same', () => {
    const { guarantee } = claim(etcd, 'serializable');
    expect(guarantee).not.toContain('linearizable');
    expect(guarantee).not.toContain('strict-serializable');
    expect(guarantee).toContain('serializable');
    expect(claim(etcd, 'linearizable').guarantee).toContain('strict-serializable');
  });
});

it('every claim has a source, and its words are guarantees', () => {
  for (const cluster of [redis, valkey, etcd])
    for (const { name } of cluster.configurations) {
      const { guarantee, source } = claim(cluster, name);
      expect(source).toMatch(/^https:\/\/(redis|valkey|etcd)\.io\//);
      for (const word of guarantee) expect(GUARANTEES.has(word)).toBe(true);
    }
});
