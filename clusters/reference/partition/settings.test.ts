import { describe, expect, it } from 'vitest';
import { resolveRun } from '../../../cli/run/config.ts';
import type { Setting } from '../../types.ts';

const run =
  (configuration: string, settings: Readonly<Record<string, Setting>>, more: object = {}) =>
  () =>
    resolveRun({
      cluster: 'reference',
      configuration,
      world: 'sim',
      workload: 'rebalance',
      settings,
      ...more,
    });

describe('what cannot be split so is refused before anything starts, with the reason', () => {
  it.each([
    [
      'a gap',
      'partitioned-directory',
      { boundaries: 'c=s1,m=s2' },
      'no partition holds the tokens [begin, "c")',
    ],
    [
      'an overlap',
      'partitioned-range',
      { boundaries: 'm,c' },
      'boundary "c" does not come after "m": the ranges 1 and 2 would overlap',
    ],
    [
      'an empty range',
      'partitioned-directory',
      { boundaries: '=s1,m=s2,m=s3' },
      'the partition ["m", "m") is empty',
    ],
    [
      'a shard that is not there',
      'partitioned-directory',
      { boundaries: '=s1,m=s9' },
      'directory entry "m=s9" names a shard that is not there (s1, s2, s3)',
    ],
    [
      'a weight of zero',
      'partitioned-ring',
      { weights: '1,0' },
      'weights=1,0: "0" of s2 is no weight; use a whole number from 1 up (a shard that is to own nothing is a spare)',
    ],
    [
      'a weight of a shard that is not there',
      'partitioned-ring',
      { weights: '1,1,1,1,1' },
      'weights=1,1,1,1,1 names 5 shards, and there are 4',
    ],
    [
      'weights where none count',
      'partitioned-modulo',
      { weights: '2,1' },
      'hash modulo knows no weights: s1 cannot have weight 2',
    ],
    [
      'a quorum of more disks than a shard has',
      'partitioned-ring',
      { ack: 'semi-sync' },
      'ack=semi-sync takes a quorum of 2 disks, and a partition has 1 replica: use replicas=2 or more',
    ],
    [
      'more followers than a shard has',
      'partitioned-ring',
      { ack: 'any', k: 1 },
      'ack=any, k=1 wait for 1 follower, and a partition has 1 replica: use replicas=2 or more',
    ],
    [
      'an index on a field that rows do not have',
      'partitioned-index-local',
      { indexOn: 'colour' },
      'indexOn=colour: rows have no field "colour" to index; they have city and v',
    ],
    [
      'more shards than nodes',
      'partitioned-ring',
      { shards: 5 },
      '5 shards of 1 nodes each need 5 nodes, and there are 4',
    ],
    [
      'more shards than partitions',
      'partitioned-fixed',
      { partitions: 2 },
      '3 shards cannot share 2 partitions: some would own none',
    ],
    [
      'a quorum of more nodes than a partition has',
      'partitioned-leaderless',
      { n: 4 },
      'n=4 asks for more nodes to hold a row than the 3 that a partition has: use replicas=4 or more, or a smaller n',
    ],
    [
      'more answers than a row has nodes',
      'partitioned-leaderless',
      { n: 2, r: 3 },
      'r=3 asks more nodes to answer a read than the n=2 that hold a row',
    ],
    [
      'an index where no log orders changes',
      'partitioned-multi-leader',
      { index: 'local' },
      'index=local takes a log a shard, which strategy=multi-leader has not: use single-leader or raft',
    ],
    ['no place for salt', 'partitioned-ring', { salt: 0 }, 'salt=0 is no number of places: use 1 to 100'],
    [
      'splits of hashed keys',
      'partitioned-ring',
      { splitLoad: 100 },
      'partitioning=ring spreads keys by their hash: only ranges (range, directory) are split (splitLoad=100)',
    ],
    [
      'a service time of nothing',
      'partitioned-ring',
      { serviceTime: -1 },
      'serviceTime=-1 is no time in µs: use 0 or more',
    ],
  ])('%s', (_what, configuration, settings, reason) => {
    expect(run(configuration, settings)).toThrow(reason);
  });

  it('splits and merges where owners follow from the members alone', () => {
    for (const configuration of ['partitioned-ring', 'partitioned-modulo'])
      for (const order of ['split', 'merge'])
        expect(run(configuration, {}, { nemesis: `rebalance:${order}` })).toThrow(
          'nothing can be split or merged',
        );
    for (const configuration of ['partitioned-range', 'partitioned-slots', 'partitioned-fixed'])
      expect(run(configuration, {}, { nemesis: 'rebalance:split' })).not.toThrow();
  });

  it('transactions, scans of ranges and split rows, where no log orders changes', () => {
    for (const workload of ['list-append', 'bank', 'range-scan', 'torn-row'])
      expect(run('partitioned-leaderless', {}, { workload })).toThrow('takes a log a shard');
  });

  it('what is sound is taken', () => {
    expect(run('partitioned-ring', { weights: '3,1,1', vnodes: 16 })).not.toThrow();
    expect(run('partitioned-ring', { ack: 'any', k: 1, replicas: 2, shards: 2 })).not.toThrow();
  });
});

describe('what a client’s cache leaves of the claim', () => {
  it('is a bound of staleness and its own sessions’ order, not linearizability', () => {
    const { guarantee } = run('partitioned-ring', { cacheFor: 250 }, { workload: 'hotspot' })().claim;
    expect(guarantee).toEqual(
      expect.arrayContaining(['bounded-staleness:250', 'read-your-writes', 'monotonic-reads', 'durable']),
    );
    expect(guarantee).not.toContain('linearizable');
    expect(guarantee).not.toContain('strict-serializable');
  });
});
