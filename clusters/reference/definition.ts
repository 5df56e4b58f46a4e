import { DISK_FAULTS, refusedUnless } from '../kit/refusals.ts';
import type { World } from '../../harness/hosts/types.ts';
import { defineCluster, type SimulatedContext } from '../types.ts';
import { NO_STANDBY, ReferenceCluster } from './cluster.ts';
import { portConflict, settingsConflict } from './conflict.ts';
import { LEADERLESS } from './configurations/leaderless.ts';
import { MULTI_LEADER } from './configurations/multi-leader.ts';
import { RAFT } from './configurations/raft.ts';
import { SINGLE_LEADER } from './configurations/single-leader.ts';
import { StoreNodes } from './nodes.ts';
import { SimFleet } from './sim/fleet.ts';
import type { Strategy } from './server/config.ts';
import { SETTINGS, storeSettings, strategyOf } from './settings.ts';

function strategy({ settings, nodes }: SimulatedContext): Strategy {
  return strategyOf(storeSettings(settings), nodes[0]);
}

/** Of the faults that need something, those that reach it in each world. */
const ABLE: Readonly<Record<World, readonly string[]>> = {
  process: ['drift'],
  sim: [...DISK_FAULTS, 'fsync-error', 'drift'],
  docker: ['drift'],
};

const OPERATOR_FAMILIES = ['failover', 'restart-then-promote', 'cut-standbys'];

/** Alibi's own store: small servers whose replication strategy is theirs to choose. */
export const reference = defineCluster({
  name: 'reference',
  title: 'Alibi’s reference store: real processes, disks and sockets, replication to choose',
  worlds: ['process', 'sim'],
  ports: ['register', 'set', 'rows', 'counter', 'crdt-set', 'siblings', 'transaction', 'queue', 'log', 'ids'],
  configurations: [...SINGLE_LEADER, ...MULTI_LEADER, ...LEADERLESS, ...RAFT],
  settings: SETTINGS,
  conflict: (settings, world, nodes) => settingsConflict(storeSettings(settings), world, nodes),
  refusesPort: (port, settings) => portConflict(storeSettings(settings), port),
  refuses: (family, world, settings) =>
    OPERATOR_FAMILIES.includes(family)
      ? NO_STANDBY[storeSettings(settings).strategy]
      : refusedUnless(ABLE[world], family),
  create: (context) => new ReferenceCluster(context, new StoreNodes(context, strategy(context))),
  simulate: (context) => new ReferenceCluster(context, new SimFleet(context, strategy(context))),
});
