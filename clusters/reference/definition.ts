import { DISK_FAULTS, refusedUnless } from '../kit/refusals.ts';
import type { Port } from '../../harness/cluster.ts';
import type { World } from '../../harness/hosts/types.ts';
import { defineCluster, type SimulatedContext } from '../types.ts';
import { NO_STANDBY } from './cluster.ts';
import { portConflict, settingsConflict } from './conflict.ts';
import { AUTOMATIC_FAILOVER } from './configurations/automatic.ts';
import { LEADERLESS } from './configurations/leaderless.ts';
import { MULTI_LEADER } from './configurations/multi-leader.ts';
import { RAFT } from './configurations/raft.ts';
import { PARTITIONED } from './configurations/partitioned.ts';
import { SPREAD_OVER_SHARDS } from './configurations/spread.ts';
import { SINGLE_LEADER } from './configurations/single-leader.ts';
import { clusterOn } from './partition/cluster.ts';
import { STORE_IMAGE, StoreNodes } from './nodes.ts';
import { SimFleet } from './sim/fleet.ts';
import type { Strategy } from './server/config.ts';
import { SETTINGS, storeSettings, type StoreSettings } from './settings.ts';
import { strategyOn } from './strategy.ts';

function strategy({ settings, nodes }: SimulatedContext): Strategy {
  return strategyOn(storeSettings(settings), nodes);
}

function refusedFault(
  family: string,
  world: World,
  { strategy, partitioning, replicas }: StoreSettings,
  port: Port | null,
  target?: string,
): string | null {
  if (family === 'rebalance') return refusedOrder(partitioning, target);
  const alone = partitioning !== 'none' && replicas < 2;
  if (alone && port !== null && !SHARDS_TALK.includes(port) && OF_LINKS.includes(family))
    return 'a shard has one node, and for this workload nodes of different shards say nothing to each other: take replicas=3';
  if (family === 'membership' && strategy === 'raft' && partitioning === 'none') return null;
  if (!OPERATOR_FAMILIES.includes(family)) return refusedUnless(ABLE[world], family);
  return alone ? 'a shard has one node: there is no standby (replicas=3 gives it two)' : NO_STANDBY[strategy];
}

/** Why partitions cannot be moved so, or null. */
function refusedOrder(partitioning: StoreSettings['partitioning'], order: string | undefined): string | null {
  if (partitioning === 'none') return 'nothing is split there: choose a configuration with partitioning';
  const computed = partitioning === 'ring' || partitioning === 'modulo';
  return computed && (order === 'split' || order === 'merge')
    ? `partitioning=${partitioning} computes who owns a key from the members alone: nothing can be split or merged (range, directory, slots and fixed can)`
    : null;
}

/** Faults of what nodes say to each other. */
const OF_LINKS: readonly string[] = ['partition', 'delay', 'loss', 'duplicate', 'reorder'];

/** What concerns several shards is agreed on between them; everything else goes from the client to one. */
const SHARDS_TALK: readonly string[] = ['transaction', 'bank', 'indexed', 'rows'];

/** Of the faults that need something, those that reach it in each world. */
const ABLE: Readonly<Record<World, readonly string[]>> = {
  process: ['corrupt', 'drift'],
  sim: [...DISK_FAULTS, 'fsync-error', 'drift'],
  docker: [...DISK_FAULTS, 'drift'],
};

const OPERATOR_FAMILIES = ['failover', 'restart-then-promote', 'cut-standbys'];

/** Alibi's own store: small servers whose replication strategy is theirs to choose. */
export const reference = defineCluster({
  name: 'reference',
  title: 'Alibi’s reference store: real processes, disks and sockets, replication to choose',
  worlds: ['process', 'sim', 'docker'],
  ports: [
    'register',
    'set',
    'rows',
    'counter',
    'crdt-set',
    'siblings',
    'conflicts',
    'transaction',
    'queue',
    'log',
    'ids',
    'partition',
    'hotspot',
    'placement',
    'bank',
    'indexed',
    'range',
  ],
  lacks: {
    predicate:
      'its transactions read, write and append to keys by name: they know no predicates, and delete nothing',
  },
  configurations: [
    ...SINGLE_LEADER,
    ...AUTOMATIC_FAILOVER,
    ...MULTI_LEADER,
    ...LEADERLESS,
    ...RAFT,
    ...PARTITIONED,
    ...SPREAD_OVER_SHARDS,
  ],
  images: [STORE_IMAGE],
  settings: SETTINGS,
  conflict: (settings, world, nodes) => settingsConflict(storeSettings(settings), world, nodes),
  split: (settings) => storeSettings(settings).partitioning !== 'none',
  refusesPort: (port, settings) => portConflict(storeSettings(settings), port),
  refuses: (family, world, settings, port, target) =>
    refusedFault(family, world, storeSettings(settings), port, target),
  create: (context) => clusterOn(context, new StoreNodes(context, strategy(context))),
  simulate: (context) => clusterOn(context, new SimFleet(context, strategy(context))),
});
