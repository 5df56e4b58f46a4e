import type { Setting, SettingDefinition } from '../types.ts';
import { BUGS, WALKED, type BugName } from './bugs.ts';
import type { Confirmation } from './replica/raft/reading.ts';
import type { Stamps } from './replica/leaderless/options.ts';
import type { Topology } from './replica/multi-leader/topology.ts';
import { MERGE_NAMES, type Conflicts, type Granularity, type MergeName } from './replica/rows/resolution.ts';
import type { Acknowledgement } from './replica/types.ts';
import type { PartitionKey } from './partition/maps/composite.ts';
import type { SchemeName } from './partition/partitioning.ts';
import { SPREAD_SETTINGS } from './partition/spread-setting-definitions.ts';
import { PARTITION_SETTINGS } from './partition/setting-definitions.ts';
import type { IndexMode } from './partition/secondary/requests.ts';
import type { Lookup } from './partition/settings.ts';
import type { Isolation } from './replica/transaction.ts';
import type { Reads } from './routing.ts';
import type { Strategy } from './server/config.ts';
import { NETWORK_NAMES, type NetworkName } from './sim/network.ts';

/** The store's options under a configuration and the user's `--set`. */
export interface StoreSettings {
  readonly strategy: Strategy['strategy'];
  readonly ack: Acknowledgement;
  readonly k: number;
  readonly fallback: number;
  readonly sites: number;
  readonly reads: Reads;
  readonly leaderFor: number;
  readonly fencing: boolean;
  readonly failover: 'operator' | 'automatic';
  readonly ttl: number;
  readonly maxLag: number;
  readonly lww: Granularity;
  readonly confirm: Confirmation;
  readonly snapshotEvery: number;
  readonly isolation: Isolation;
  readonly preVote: boolean;
  readonly conflicts: Conflicts;
  readonly merge: MergeName;
  readonly stamps: Stamps;
  readonly topology: Topology;
  readonly home: boolean;
  readonly n: number;
  readonly r: number;
  readonly w: number;
  readonly sloppy: boolean;
  readonly atomic: boolean;
  readonly repair: boolean;
  readonly grace: number;
  readonly coordinator: 'node' | 'client';
  readonly network: NetworkName;
  readonly partitioning: SchemeName | 'none';
  readonly shards: number;
  readonly replicas: number;
  readonly partitions: number;
  readonly vnodes: number;
  readonly ringBits: number;
  readonly weights: string;
  readonly boundaries: string;
  readonly partitionKey: PartitionKey;
  readonly index: IndexMode;
  readonly indexOn: string;
  readonly columnGroups: string;
  readonly atomicRows: boolean;
  readonly lagMarkers: boolean;
  readonly lookup: Lookup;
  readonly mapFor: number;
  readonly moveChunk: number;
  readonly moveDelay: number;
  readonly splitRows: number;
  readonly splitLoad: number;
  readonly dedicate: number;
  readonly salt: number;
  readonly cacheFor: number;
  readonly serviceTime: number;
  /** A defect to have on purpose. */
  readonly bug: BugName | 'none';
}

export const SETTINGS: readonly SettingDefinition[] = [
  {
    name: 'strategy',
    title: 'How replicas stay alike',
    type: 'string',
    values: ['single-leader', 'multi-leader', 'leaderless', 'raft'],
    default: 'single-leader',
  },
  {
    name: 'ack',
    title: 'Single leader: whose disks must have a write before it is acknowledged, besides the leader’s own',
    type: 'string',
    values: ['async', 'semi-sync', 'first', 'any', 'sync'],
    default: 'async',
  },
  {
    name: 'k',
    title: 'Single leader, ack=first and ack=any: so many followers',
    type: 'number',
    default: 1,
  },
  {
    name: 'fallback',
    title:
      'Single leader, ack=semi-sync and ack=any: ms without an acknowledgement until the leader goes on without (0: never)',
    type: 'number',
    default: 0,
  },
  {
    name: 'sites',
    title: 'Data centres that the nodes are spread over, in the order of their names',
    type: 'number',
    default: 1,
  },
  {
    name: 'reads',
    title:
      'Which replica answers reads (multi-leader, leaderless: any node, or else the session’s home node)',
    type: 'string',
    values: ['primary', 'any', 'sticky', 'nearest', 'after-write', 'token', 'own'],
    default: 'any',
  },
  {
    name: 'leaderFor',
    title: 'reads=after-write: so long a session reads from the leader after a write of its own, in s',
    type: 'number',
    default: 1,
  },
  {
    name: 'fencing',
    title: 'Single leader: a deposed leader stops (false: it goes on for whoever still asks it)',
    type: 'boolean',
    default: true,
  },
  {
    name: 'failover',
    title: 'Single leader: who decides who leads, an operator, or the nodes by leases from a coordinator',
    type: 'string',
    values: ['operator', 'automatic'],
    default: 'operator',
  },
  {
    name: 'ttl',
    title: 'Single leader, failover=automatic: how long a lease lives that is not renewed, in ms',
    type: 'number',
    default: 1500,
  },
  {
    name: 'maxLag',
    title: 'Single leader, failover=automatic: entries that whoever is promoted may lack of the leader’s log',
    type: 'number',
    default: 1000,
  },
  {
    name: 'lww',
    title: 'Without a single leader: what the last writer wins, whole rows or single fields',
    type: 'string',
    values: ['row', 'field'],
    default: 'row',
  },
  {
    name: 'confirm',
    title: 'Raft: how whoever answers a read makes sure that it is not behind',
    type: 'string',
    values: ['read-index', 'lease', 'none'],
    default: 'read-index',
  },
  {
    name: 'isolation',
    title: 'Raft: what transactions may see of each other',
    type: 'string',
    values: ['read-committed', 'snapshot-isolation', 'serializable', 'strict-serializable'],
    default: 'strict-serializable',
  },
  {
    name: 'preVote',
    title: 'Raft: ask before standing for election, and vote for nobody while a leader is heard',
    type: 'boolean',
    default: true,
  },
  {
    name: 'snapshotEvery',
    title: 'Raft: entries between two snapshots of the log, at least',
    type: 'number',
    default: 1000,
  },
  {
    name: 'conflicts',
    title: 'Without a single leader: the last writer wins, siblings, CRDTs, or a merge function',
    type: 'string',
    values: ['lww', 'siblings', 'crdt', 'merge'],
    default: 'lww',
  },
  {
    name: 'merge',
    title: 'With conflicts=merge: what becomes of a field’s concurrent values',
    type: 'string',
    values: MERGE_NAMES,
    default: 'max',
  },
  {
    name: 'stamps',
    title:
      'Without a single leader: what orders writes: clocks, hybrid logical clocks, or counts (leaderless)',
    type: 'string',
    values: ['wall', 'hybrid', 'logical'],
    default: 'wall',
  },
  {
    name: 'topology',
    title: 'Multi-leader: who sends updates to whom',
    type: 'string',
    values: ['all-to-all', 'ring', 'star'],
    default: 'all-to-all',
  },
  {
    name: 'home',
    title: 'Multi-leader: each row is changed by one leader only, its home: no conflicts',
    type: 'boolean',
    default: false,
  },
  { name: 'n', title: 'Leaderless: how many nodes hold a row', type: 'number', default: 3 },
  { name: 'r', title: 'Leaderless: how many of them must answer a read', type: 'number', default: 2 },
  { name: 'w', title: 'Leaderless: how many of them must store a write', type: 'number', default: 2 },
  {
    name: 'sloppy',
    title: 'Leaderless: other nodes stand in for those that do not answer, and hand over later',
    type: 'boolean',
    default: false,
  },
  {
    name: 'atomic',
    title: 'Leaderless: a read sees to it that enough nodes have what it answers',
    type: 'boolean',
    default: false,
  },
  {
    name: 'repair',
    title: 'Leaderless: a read brings nodes up to date that it found behind',
    type: 'boolean',
    default: true,
  },
  {
    name: 'grace',
    title: 'Leaderless: so long a tombstone is kept, in ms',
    type: 'number',
    default: 600_000,
  },
  {
    name: 'coordinator',
    title: 'Leaderless: who asks a row’s nodes, the node that a client asks or the client itself',
    type: 'string',
    values: ['node', 'client'],
    default: 'node',
  },
  ...PARTITION_SETTINGS,
  ...SPREAD_SETTINGS,
  {
    name: 'network',
    title:
      'Simulation: how much the network loses, doubles and holds back by itself; slow: as between data centres',
    type: 'string',
    values: NETWORK_NAMES,
    default: 'mild',
  },
  {
    name: 'serviceTime',
    title: 'Simulation: how long a node works on a request of a client, in µs; it does one thing at a time',
    type: 'number',
    default: 12,
  },
  {
    name: 'bug',
    title: 'A defect to have on purpose, as a proof that it is caught',
    type: 'string',
    values: ['none', ...BUGS.keys(), ...WALKED.keys()],
    default: 'none',
  },
];

/** Fills in defaults. The values were checked against {@link SETTINGS} before. */
export function storeSettings(settings: Readonly<Record<string, Setting>>): StoreSettings {
  const complete = Object.fromEntries(SETTINGS.map((s) => [s.name, settings[s.name] ?? s.default]));
  return complete as unknown as StoreSettings;
}

/** Are new epochs promised, and kept? Claims go by the setting alone: the bug breaks it in secret. */
export function fences({ fencing, bug }: Pick<StoreSettings, 'fencing' | 'bug'>): boolean {
  return fencing && bug !== 'no-fencing';
}
