import { describe, expect, it } from 'vitest';
import type { Status } from '../replica/types.ts';
import { skewOf } from './skew.ts';

const GROUPS = ['s1', 's2', 's3'].map((shard, i) => ({ shard, nodes: [`n${i + 1}`] }));
const statuses = (...counts: readonly number[]) =>
  new Map(
    counts.map((requests, i) => [
      `n${i + 1}`,
      { partitions: { requests, hot: [['k', Math.floor(requests / 4)]], recent: [] } } as unknown as Status,
    ]),
  );

describe('skew', () => {
  it('is that of the time since the sample before, of the shards that own data', () => {
    const first = skewOf(GROUPS, statuses(900, 50, 50), ['s1', 's2', 's3'], new Map());
    expect(first.gauges).toMatchObject({ 'skew-max-over-mean-per-mille': 2700, 'requests:s1': 900 });
    const second = skewOf(GROUPS, statuses(1000, 150, 50), ['s1', 's2'], first.requests);
    expect(second.gauges).toMatchObject({
      'skew-max-over-mean-per-mille': 1000,
      'shards-that-own-data': 2,
      'hottest-key-per-mille': 249,
    });
  });
  it('counts a node that has started anew from there, and says nothing of a time without requests', () => {
    const before = new Map([['s1', 900]]);
    expect(skewOf(GROUPS, statuses(30, 10, 20), ['s1', 's2', 's3'], before).gauges).toMatchObject({
      'skew-max-over-mean-per-mille': 1500,
    });
    const still = new Map([
      ['s1', 30],
      ['s2', 10],
      ['s3', 20],
    ]);
    expect(skewOf(GROUPS, statuses(30, 10, 20), ['s1', 's2', 's3'], still).gauges).not.toHaveProperty(
      'skew-max-over-mean-per-mille',
    );
  });
});
