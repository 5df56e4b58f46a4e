import { describe, expect, it } from 'vitest';
import { resolveRun } from '../../cli/run/config.ts';
import { CLUSTERS } from '../registry.ts';
import { markerKey } from './lag.ts';
import { rangesOf, slotOf } from './slots.ts';

describe('a key’s slot', () => {
  it('is CRC16 (XMODEM), as the specification’s own example', () => {
    expect(slotOf('123456789')).toBe(0x31c3);
  });

  it('is that of what stands in the first braces, so that keys can be kept together', () => {
    expect(slotOf('{user1000}.following')).toBe(slotOf('user1000'));
    expect(slotOf('foo{bar}{zap}')).toBe(slotOf('bar'));
    expect(slotOf('foo{{bar}}zap')).toBe(slotOf('{bar'));
  });

  it('is that of the whole key where the braces are empty or do not close', () => {
    expect(slotOf('foo{}{bar}')).not.toBe(slotOf('bar'));
    expect(slotOf('foo{bar')).not.toBe(slotOf('bar'));
    expect(slotOf('')).toBe(0);
  });
});

it('ranges are read from CLUSTER SLOTS by their leader, which stands first', () => {
  const answer = [[0, 5460, ['10.0.0.2', 6379, 'id'], ['10.0.0.5', 6379, 'other']]];
  expect(rangesOf(answer)).toEqual([{ from: 0, to: 5460, leader: '10.0.0.2', replicas: ['10.0.0.5'] }]);
  expect(rangesOf(null)).toEqual([]);
});

it('there are no transactions over slots, and the refusal says why', () => {
  for (const cluster of ['redis-cluster', 'valkey-cluster']) {
    expect(() => resolveRun({ cluster, workload: 'list-append' })).toThrow(/CROSSSLOT.*sentinel/);
    expect(CLUSTERS.get(cluster)!.ports).toContain('bank');
  }
});

it('a marker lies in a slot of the ranges that it is made for', () => {
  for (const from of [0, 5461, 10923]) {
    const slot = slotOf(markerKey([{ from, to: from + 5460, leader: '', replicas: [] }]));
    expect(slot).toBeGreaterThanOrEqual(from);
    expect(slot).toBeLessThanOrEqual(from + 5460);
  }
});
