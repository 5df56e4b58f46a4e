import type { SettingDefinition } from '../../types.ts';

/** How data are split, moved and found. */
export const PARTITION_SETTINGS: readonly SettingDefinition[] = [
  {
    name: 'partitioning',
    title: 'How data are split over shards, if they are',
    type: 'string',
    values: ['none', 'range', 'modulo', 'ring', 'slots', 'fixed', 'directory'],
    default: 'none',
  },
  {
    name: 'shards',
    title:
      'Partitioning: how many shards own data to begin with; nodes beyond them are spares, which join later',
    type: 'number',
    default: 3,
  },
  {
    name: 'replicas',
    title: 'Partitioning: nodes a shard, among which its strategy replicates',
    type: 'number',
    default: 1,
  },
  { name: 'partitions', title: 'partitioning=fixed: how many partitions', type: 'number', default: 64 },
  {
    name: 'vnodes',
    title: 'partitioning=ring: points on the ring for each unit of a shard’s weight',
    type: 'number',
    default: 64,
  },
  {
    name: 'ringBits',
    title: 'partitioning=ring: the ring has two to the power of this positions (few: points meet)',
    type: 'number',
    default: 32,
  },
  {
    name: 'weights',
    title: 'Partitioning: the shards’ weights, by comma, from s1 on; those not named have 1',
    type: 'string',
    default: '',
  },
  {
    name: 'boundaries',
    title: 'Where ranges begin, by comma (range); FROM=SHARD, by comma, the first from the start (directory)',
    type: 'string',
    default: '',
  },
  {
    name: 'partitionKey',
    title: 'Which part of a key decides its place: all of it, or the first element of a key that is a list',
    type: 'string',
    values: ['whole', 'first'],
    default: 'whole',
  },
  {
    name: 'lookup',
    title:
      'A client whose map is stale follows redirects, or asks the directory; or it asks before every request',
    type: 'string',
    values: ['redirect', 'refresh', 'always'],
    default: 'redirect',
  },
  {
    name: 'mapFor',
    title: 'A client goes by its map for so long before it asks the directory again, in s; 0: for ever',
    type: 'number',
    default: 2,
  },
  { name: 'moveChunk', title: 'Rows that move in one request', type: 'number', default: 250 },
  { name: 'moveDelay', title: 'Pause after each such request, in ms', type: 'number', default: 5 },
  {
    name: 'splitRows',
    title:
      'Range, directory: a partition of more rows is split, and half of it moves to the shard with fewest; 0: never',
    type: 'number',
    default: 0,
  },
  {
    name: 'splitLoad',
    title:
      'Range, directory: the busiest shard, if asked more often than this a second, gives half of what it is asked for to the least busy; 0: never',
    type: 'number',
    default: 0,
  },
  {
    name: 'dedicate',
    title:
      'Range, directory: a key with more than this share of all requests (per mille) gets a partition on the least busy shard, a spare if there is one; 0: never',
    type: 'number',
    default: 0,
  },
  {
    name: 'salt',
    title:
      'Partitioning: keys that share a partition key are spread over so many places by the hash of the whole key; 1: they stay together',
    type: 'number',
    default: 1,
  },
  {
    name: 'cacheFor',
    title:
      'Partitioning, registers: a client answers reads of a key by itself for so long after it has read it, in ms; 0: never',
    type: 'number',
    default: 0,
  },
];
