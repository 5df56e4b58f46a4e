import type { Port } from '../../harness/cluster.ts';
import { CONTAINER_FAULTS, refusedUnless } from '../kit/refusals.ts';
import { refusedSetting } from '../redis/config.ts';
import { readRedisConf } from '../redis/config-file.ts';
import { REDIS, VALKEY, type Flavour } from '../redis/flavour.ts';
import {
  defineCluster,
  type Claim,
  type ClusterDefinition,
  type Configuration,
  type Setting,
} from '../types.ts';
import { PORTS, SlotCluster } from './cluster.ts';
import { conflictOf, SETTINGS, settingsOf } from './settings.ts';

/**
 * "Redis Cluster does not guarantee strong consistency": a primary answers before its replicas have a write, and one
 * that is cut off takes writes until its node time-out. Whatever ends a primary is outside the claim. Moving slots is
 * not: a key is in one place at any time, and whoever asks in the wrong one is told so. Nor is CLUSTER FAILOVER, in which
 * the primary stops its clients until the replica has everything. All accounts of a bank are one key, on which scripts run
 * alone.
 */
function claimOf({ manual }: Flavour) {
  return (given: Readonly<Record<string, Setting>>, port?: Port): Claim => ({
    guarantee: [
      port === 'bank' ? 'strict-serializable' : 'linearizable',
      ...['durable', 'convergent', 'recovers'],
    ],
    operations: 'acknowledged commands on one key; a read of a set that is spread over slots is no snapshot',
    reads: 'from whoever leads the slot',
    tolerates: { faults: ['clock', 'rebalance', 'switchover'], howMany: 99 },
    source: settingsOf(given).ack === 'primary' ? manual.cluster : manual.wait,
  });
}

function definition(flavour: Flavour): ClusterDefinition {
  const configuration = (
    name: string,
    title: string,
    settings: Readonly<Record<string, Setting>>,
  ): Configuration => ({ name, title, settings, claim: claimOf(flavour), nodes: 6 });
  return defineCluster({
    name: `${flavour.name}-cluster`,
    title: `${flavour.title} Cluster, three primaries that share the slots, each with a replica`,
    worlds: ['docker'],
    ports: PORTS,
    lacks: {
      transaction:
        'the keys of a transaction lie in different slots, and it takes those of one slot only (CROSSSLOT); on one ' +
        `primary take ${flavour.name}:sentinel`,
      lock: `a lock in one slot is a lock on one primary: take ${flavour.name}:locks`,
    },
    configurations: [
      configuration('async', 'As it comes: a primary answers before its replica has the write', {}),
      configuration('wait-1', 'A write waits for the replica (WAIT 1)', { ack: 'wait-1', aof: 'always' }),
    ],
    settings: SETTINGS,
    refusesSetting: refusedSetting,
    files: { [`${flavour.name}.conf`]: readRedisConf },
    refuses: (family) => refusedUnless(['switchover', 'rebalance', ...CONTAINER_FAULTS], family),
    conflict: (settings, _world, nodes) => conflictOf(settingsOf(settings), nodes),
    split: () => true,
    images: [flavour.image],
    create: (context) => new SlotCluster(context, flavour, settingsOf(context.settings)),
  });
}

export const redisCluster = definition(REDIS);
export const valkeyCluster = definition(VALKEY);
