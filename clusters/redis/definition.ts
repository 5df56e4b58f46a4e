import { CONTAINER_FAULTS, refusedUnless } from '../kit/refusals.ts';
import { refusedSetting } from './config.ts';
import { readRedisConf } from './config-file.ts';
import { defineCluster, type ClusterDefinition, type Configuration, type Setting } from '../types.ts';
import { sentinelClaim, singleClaim } from './claims.ts';
import { RedisCluster } from './cluster.ts';
import { REDIS, VALKEY, type Flavour } from './flavour.ts';
import { conflictOf, SETTINGS, settingsOf } from './settings.ts';

function configurations(flavour: Flavour): Configuration[] {
  const claim = sentinelClaim(flavour);
  const replicated = (
    name: string,
    title: string,
    settings: Readonly<Record<string, Setting>>,
  ): Configuration => ({ name, title, settings, claim, nodes: 3 });
  const single = (name: string, title: string, aof: string): Configuration => ({
    ...{ name, title, settings: { aof } },
    ...{ claim: singleClaim(flavour), nodes: 1 },
  });
  return [
    replicated('sentinel', 'Replicas and sentinels as they come', {}),
    replicated('min-replicas', 'Writes need a replica that was heard of', { 'min-replicas': 1 }),
    replicated('wait-1', 'A write waits for a replica (WAIT 1)', { ack: 'wait-1', aof: 'always' }),
    replicated('waitaof', 'A write waits for two disks (WAITAOF 1 1)', { ack: 'waitaof' }),
    replicated('sentinel-no-aof', 'Replicas and sentinels, and nothing on disk', { aof: 'none' }),
    replicated('locks', 'Locks that expire, on the primary alone', { 'lease-ms': 1000 }),
    single('single-always', 'One server, its file synced with every write', 'always'),
    single('single-everysec', 'One server, its file synced every second', 'everysec'),
    single('single-no-aof', 'One server, and nothing on disk', 'none'),
  ];
}

function definition(flavour: Flavour): ClusterDefinition {
  return defineCluster({
    name: flavour.name,
    title: `${flavour.title}, a primary with replicas under sentinels`,
    worlds: ['docker'],
    ports: ['register', 'set', 'rows', 'counter', 'queue', 'log', 'ids', 'transaction', 'bank', 'lock'],
    configurations: configurations(flavour),
    settings: SETTINGS,
    refusesSetting: refusedSetting,
    files: { [`${flavour.name}.conf`]: readRedisConf },
    refusesPort: (port, settings) =>
      port === 'lock' && settingsOf(settings).leaseMs === 0
        ? `locks promise less than data does: take ${flavour.name}:locks`
        : null,
    refuses: (family) => refusedUnless(['switchover', ...CONTAINER_FAULTS], family),
    conflict: (settings) => conflictOf(settingsOf(settings)),
    images: [flavour.image],
    create: (context) => new RedisCluster(context, flavour, settingsOf(context.settings)),
  });
}

export const redis = definition(REDIS);
export const valkey = definition(VALKEY);
