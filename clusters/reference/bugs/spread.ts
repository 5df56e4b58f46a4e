import type { Bug } from './types.ts';

/** Defects of transactions and secondary indexes over several shards. */
export const SPREAD_BUGS = [
  {
    name: 'index-entry-not-removed',
    title: 'A row that changes its term leaves the entry of the old one in the global index',
    expected: 'dangling-entry',
    strategy: 'partitioned',
    profile: {
      configuration: 'partitioned-index-asynchronous',
      workload: 'secondary-index',
      nemesis: 'partition:one',
    },
  },
  {
    name: 'index-before-base-durable',
    title: 'The global index hears of a row before the row is on any disk',
    expected: 'index-ahead-of-base',
    strategy: 'partitioned',
    profile: {
      configuration: 'partitioned-index-asynchronous',
      workload: 'secondary-index',
      nemesis: 'kill:one',
      rate: 1500,
      faultEvery: 3,
      faultFor: 1,
    },
  },
  {
    name: 'in-doubt-transaction-forgotten',
    title: 'A shard that hears nothing of a prepared transaction for a while drops it, decided or not',
    expected: 'G0',
    strategy: 'partitioned',
    // Messages that take their time keep transactions in doubt without an end of anybody.
    profile: {
      configuration: 'partitioned-transactions',
      workload: 'list-append',
      nemesis: 'delay:all:120ms',
      rate: 600,
      keys: 40,
    },
  },
] as const satisfies readonly Bug[];
