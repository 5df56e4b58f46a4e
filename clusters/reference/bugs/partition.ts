import type { Bug } from './types.ts';

/** Defects of partitioning and of moving partitions. */
export const PARTITION_BUGS = [
  {
    name: 'double-ownership-at-hand-over',
    title: 'The source is not told that it has handed a range over: it goes on serving whoever still asks it',
    expected: 'double-ownership',
    strategy: 'partitioned',
    profile: { configuration: 'partitioned-ring', workload: 'rebalance', nemesis: 'rebalance:join' },
  },
  {
    name: 'key-lost-between-copy-and-hand-over',
    title: 'What is written to a range while it is copied does not go with it',
    expected: 'lost-key',
    strategy: 'partitioned',
    profile: {
      configuration: 'partitioned-slots',
      workload: 'rebalance',
      nemesis: 'rebalance:join',
      settings: { moveChunk: 2, moveDelay: 20 },
    },
  },
  {
    name: 'stale-directory-honoured',
    title: 'A shard serves whomever a stale map has sent to it, though it has handed the range over',
    expected: 'double-ownership',
    strategy: 'partitioned',
    profile: { configuration: 'partitioned-directory', workload: 'rebalance', nemesis: 'rebalance:join' },
  },
  {
    name: 'split-at-wrong-boundary',
    title: 'A split takes the keys next to the boundary into both halves',
    expected: 'double-ownership',
    strategy: 'partitioned',
    profile: { configuration: 'partitioned-range', workload: 'rebalance', nemesis: 'rebalance:split' },
  },
  {
    name: 'virtual-node-order-tie',
    title: 'Of two points at one position of the ring, whichever member was listed later has the arc',
    expected: 'moved-between-stayers',
    strategy: 'partitioned',
    profile: {
      configuration: 'partitioned-ring',
      workload: 'key-movement',
      nemesis: 'rebalance:join',
      settings: { ringBits: 8 },
    },
  },
] as const satisfies readonly Bug[];
