import { defineCluster, type Configuration, type Setting, type SimulatedContext } from '../types.ts';
import { bugConflict } from './bugs.ts';
import { claimOf } from './claims.ts';
import { ReferenceCluster } from './cluster.ts';
import { StoreNodes } from './nodes.ts';
import { SimFleet } from './sim/fleet.ts';
import type { Strategy } from './server/config.ts';
import { SETTINGS, storeSettings, strategyOf } from './settings.ts';

function configuration(
  name: string,
  title: string,
  settings: Readonly<Record<string, Setting>>,
): Configuration {
  return { name, title, settings, nodes: 3, claim: (final) => claimOf(storeSettings(final)) };
}

function strategy({ settings, nodes }: SimulatedContext): Strategy {
  return strategyOf(storeSettings(settings), nodes[0]);
}

const OPERATOR_FAMILIES = ['failover', 'restart-then-promote', 'cut-standbys'];

/** Alibi's own store: small servers whose replication strategy is theirs to choose. */
export const reference = defineCluster({
  name: 'reference',
  title: 'Alibi’s reference store: real processes, disks and sockets, replication to choose',
  worlds: ['process', 'sim'],
  ports: ['register', 'set', 'rows'],
  configurations: [
    configuration('async', 'Single leader, asynchronous; reads from any replica', {
      ack: 'async',
      reads: 'any',
    }),
    configuration('async-primary-reads', 'Single leader, asynchronous; reads from the leader', {
      ack: 'async',
      reads: 'primary',
    }),
    configuration('async-sticky', 'Single leader, asynchronous; each session reads from one replica', {
      ack: 'async',
      reads: 'sticky',
    }),
    configuration('semi-sync', 'Single leader, one follower must have a write; reads from the leader', {
      ack: 'semi-sync',
      reads: 'primary',
    }),
    configuration('sync', 'Single leader, all followers must have a write; reads from the leader', {
      ack: 'sync',
      reads: 'primary',
    }),
    configuration('sync-no-fencing', 'As sync, but a deposed leader goes on', {
      ack: 'sync',
      reads: 'primary',
      fencing: false,
    }),
    configuration('async-no-fencing', 'Asynchronous, reads from the leader, but a deposed leader goes on', {
      ack: 'async',
      reads: 'primary',
      fencing: false,
    }),
    configuration('multi-leader-lww', 'Every node leads; the last writer of a row wins', {
      strategy: 'multi-leader-lww',
      reads: 'sticky',
      lww: 'row',
    }),
    configuration('multi-leader-lww-field', 'Every node leads; the last writer of a field wins', {
      strategy: 'multi-leader-lww',
      reads: 'sticky',
      lww: 'field',
    }),
  ],
  settings: SETTINGS,
  conflict: (settings, world) => {
    const { bug, strategy } = storeSettings(settings);
    return bugConflict(bug, strategy, world);
  },
  refuses: (family, _world, settings) =>
    storeSettings(settings).strategy === 'multi-leader-lww' && OPERATOR_FAMILIES.includes(family)
      ? 'in a multi-leader store every node leads: there is no standby'
      : null,
  create: (context) => new ReferenceCluster(context, new StoreNodes(context, strategy(context))),
  simulate: (context) => new ReferenceCluster(context, new SimFleet(context, strategy(context))),
});
