import { describe, expect, it } from 'vitest';
import type { Status } from '../replica/types.ts';
import { dedicated, loadsOf, splitByLoad, type ShardLoad } from './hot.ts';
import { PartitionMap } from './maps/map.ts';

const map = new PartitionMap([
  { lo: '', hi: 'm', shard: 's1', epoch: 1 },
  { lo: 'm', hi: null, shard: 's2', epoch: 1 },
]);
const load = (shard: string, requests: number, tokens: readonly string[] = []): ShardLoad => ({
  shard,
  requests,
  tokens: [...tokens].sort(),
});
const each = (letters: string, count: number): string[] =>
  [...letters].flatMap((letter) => Array.from({ length: count }, () => letter));

describe('splitting by load', () => {
  it('gives the upper half of what the busiest shard is asked for to the least busy one', () => {
    const loads = [load('s1', 1000, each('abcd', 20)), load('s2', 300), load('s3', 0)];
    expect(splitByLoad(loads, map, 500)).toMatchObject({ lo: 'c', hi: 'm', to: 's3', from: { shard: 's1' } });
  });
  it('leaves alone what is asked for less than the least, and what no boundary parts', () => {
    expect(splitByLoad([load('s1', 400, each('abcd', 20)), load('s2', 0)], map, 500)).toBeNull();
    expect(splitByLoad([load('s1', 1000, each('a', 80)), load('s2', 0)], map, 500)).toBeNull();
  });
  it('moves nothing that would only make another shard the busiest', () => {
    const loads = [load('s1', 1000, each('abcd', 20)), load('s2', 800, each('x', 20))];
    expect(splitByLoad(loads, map, 500)).toBeNull();
  });
});

describe('a dedicated partition', () => {
  it('is for the key that has at least the share that is asked for, and holds nothing else', () => {
    const loads = [load('s1', 900, each('ab', 10).concat(each('c', 40))), load('s2', 100), load('s3', 0)];
    expect(dedicated(loads, map, 500)).toMatchObject({ lo: 'c', hi: 'c\u0000', to: 's3' });
    expect(dedicated(loads, map, 700)).toBeNull();
  });
  it('is not made for a key that is alone already', () => {
    expect(dedicated([load('s1', 900, each('a', 80)), load('s2', 0)], map, 100)).toBeNull();
  });
});

describe('the load of shards', () => {
  const groups = [
    { shard: 's1', nodes: ['n1', 'n2'] },
    { shard: 's2', nodes: ['n3'] },
  ];
  const statuses = (counts: Record<string, number>, tokens: readonly string[] = []) =>
    new Map(
      Object.entries(counts).map(([name, requests]) => [
        name,
        { partitions: { requests, hot: [], recent: tokens } } as unknown as Status,
      ]),
    );
  it('is what its nodes were asked since the look before', () => {
    const loads = loadsOf(
      groups,
      statuses({ n1: 5, n2: 0, n3: 7 }),
      statuses({ n1: 15, n2: 0, n3: 7 }, ['t']),
    );
    expect(loads).toEqual([
      { shard: 's1', requests: 10, tokens: ['t'] },
      { shard: 's2', requests: 0, tokens: [] },
    ]);
  });
  it('is not known when a node has started anew', () => {
    expect(loadsOf(groups, statuses({ n1: 5 }), statuses({ n1: 1 }))).toBeNull();
  });
});
