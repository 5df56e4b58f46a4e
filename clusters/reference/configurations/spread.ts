import { configuration } from './configuration.ts';

/** Three shards of one node each, on a ring: enough for transactions and indexes to concern several of them. */
const SPREAD = {
  strategy: 'single-leader',
  ack: 'sync',
  reads: 'primary',
  partitioning: 'ring',
  shards: 3,
  replicas: 1,
} as const;

export const SPREAD_OVER_SHARDS = [
  configuration(
    'partitioned-transactions',
    'Transactions over shards of one node, by two-phase commit',
    SPREAD,
  ),
  configuration(
    'partitioned-transactions-raft',
    'Transactions over shards that are Raft groups of three nodes, by two-phase commit',
    {
      strategy: 'raft',
      reads: 'primary',
      confirm: 'read-index',
      lagMarkers: true,
      partitioning: 'ring',
      shards: 2,
      replicas: 3,
    },
    6,
  ),
  configuration('partitioned-index-local', 'A secondary index on each shard; a query asks them all', {
    ...SPREAD,
    index: 'local',
  }),
  configuration(
    'partitioned-index-synchronous',
    'A global secondary index, split by term, changed in one transaction with the row',
    { ...SPREAD, index: 'synchronous' },
  ),
  configuration(
    'partitioned-index-asynchronous',
    'A global secondary index, split by term, which follows the rows by and by',
    { ...SPREAD, index: 'asynchronous' },
  ),
  configuration(
    'partitioned-columns',
    'Rows split by groups of columns, written and read in one transaction',
    {
      ...SPREAD,
      columnGroups: 'a,b|c,d',
    },
  ),
  configuration(
    'partitioned-columns-one-by-one',
    'Rows split by groups of columns, written and read one group after the other',
    { ...SPREAD, columnGroups: 'a,b|c,d', atomicRows: false },
  ),
];
