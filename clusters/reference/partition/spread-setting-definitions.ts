import type { SettingDefinition } from '../../types.ts';

/** Settings of transactions, indexes and columns over several shards. */
export const SPREAD_SETTINGS: readonly SettingDefinition[] = [
  {
    name: 'index',
    title:
      'Partitioning: a secondary index of the rows of port indexed: local to each shard, or global (split by term), changed with the row or after it',
    type: 'string',
    values: ['none', 'local', 'synchronous', 'asynchronous'],
    default: 'none',
  },
  { name: 'indexOn', title: 'The field that the secondary index is of', type: 'string', default: 'city' },
  {
    name: 'columnGroups',
    title:
      'Partitioning: columns of rows that live together, groups by | (a,b|c,d); empty: all of a row does',
    type: 'string',
    default: '',
  },
  {
    name: 'atomicRows',
    title: 'With columnGroups: a row is written and read in one transaction over its shards',
    type: 'boolean',
    default: true,
  },
  {
    name: 'lagMarkers',
    title:
      'Single leader, Raft: once a second a marker is written and looked for on every replica, which shows the true replication lag',
    type: 'boolean',
    default: false,
  },
];
