import { configuration } from './configuration.ts';

/** Four shards of one node each, of which three own data to begin with: enough to see a move. */
const SPLIT = { strategy: 'single-leader', ack: 'sync', reads: 'primary', shards: 3, replicas: 1 } as const;

/** Two shards of three nodes each, and a spare one. */
const WITHOUT_LEADER = {
  strategy: 'leaderless',
  reads: 'any',
  lww: 'field',
  n: 3,
  r: 2,
  w: 2,
  shards: 2,
  replicas: 3,
} as const;

export const PARTITIONED = [
  configuration(
    'partitioned-range',
    'Split by ranges of keys; shards of one node',
    {
      ...SPLIT,
      partitioning: 'range',
    },
    4,
  ),
  configuration(
    'partitioned-modulo',
    'Split by the hash modulo the number of shards',
    {
      ...SPLIT,
      partitioning: 'modulo',
    },
    4,
  ),
  configuration(
    'partitioned-ring',
    'Split by consistent hashing, 64 virtual nodes a shard',
    {
      ...SPLIT,
      partitioning: 'ring',
    },
    4,
  ),
  configuration(
    'partitioned-slots',
    'Split into 16,384 slots by CRC16, as Redis Cluster is',
    {
      ...SPLIT,
      partitioning: 'slots',
    },
    4,
  ),
  configuration(
    'partitioned-fixed',
    'Split into 64 partitions, which move whole',
    {
      ...SPLIT,
      partitioning: 'fixed',
    },
    4,
  ),
  configuration(
    'partitioned-directory',
    'Split by a routing table; clients ask the directory when refused',
    {
      ...SPLIT,
      partitioning: 'directory',
      lookup: 'refresh',
    },
    4,
  ),
  configuration(
    'partitioned-raft',
    'Split by consistent hashing; every shard is a Raft group of three nodes',
    {
      strategy: 'raft',
      reads: 'primary',
      confirm: 'read-index',
      partitioning: 'ring',
      shards: 2,
      replicas: 3,
    },
    9,
  ),
  configuration(
    'partitioned-multi-leader',
    'Split by consistent hashing; in every shard each of three nodes leads, and the last writer of a field wins',
    {
      strategy: 'multi-leader',
      reads: 'sticky',
      lww: 'field',
      partitioning: 'ring',
      shards: 2,
      replicas: 3,
    },
    9,
  ),
  configuration(
    'partitioned-leaderless',
    'Split by ranges; every shard is three nodes without a leader, whose quorums overlap',
    { ...WITHOUT_LEADER, partitioning: 'range' },
    9,
  ),
  configuration(
    'partitioned-leaderless-abd',
    'Split by consistent hashing; every shard is three nodes without a leader, with atomic registers',
    { ...WITHOUT_LEADER, stamps: 'logical', atomic: true, partitioning: 'ring' },
    9,
  ),
];
