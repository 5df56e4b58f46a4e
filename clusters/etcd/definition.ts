import { DISK_FAULTS, refusedUnless } from '../kit/refusals.ts';
import { defineCluster, type Configuration, type Setting } from '../types.ts';
import { claimOf } from './claims.ts';
import { EtcdCluster, NO_CLOCK } from './cluster.ts';
import { readEtcdConf, refusedSetting } from './config-file.ts';
import { IMAGE } from './member.ts';
import { SETTINGS, settingsOf } from './settings.ts';

function configuration(
  name: string,
  title: string,
  settings: Readonly<Record<string, Setting>>,
): Configuration {
  return { name, title, settings, claim: claimOf, nodes: 3 };
}

/** etcd: three members that agree by Raft. */
export const etcd = defineCluster({
  name: 'etcd',
  title: 'etcd, a consensus of members',
  worlds: ['docker'],
  ports: ['register', 'set', 'rows', 'counter', 'queue', 'log', 'ids', 'transaction', 'bank', 'lock'],
  configurations: [
    configuration('linearizable', 'Every read is confirmed by a majority', { reads: 'linearizable' }),
    configuration('serializable', 'A member answers reads from what it has', { reads: 'serializable' }),
    configuration('locks', 'Locks by leases, and a list that is changed under one', {
      set: 'locked',
      fencing: false,
      'lease-seconds': 1,
    }),
    configuration('locks-fenced', 'As locks, but writes are fenced by the revision of the lock', {
      set: 'locked-fenced',
      fencing: true,
      'lease-seconds': 1,
    }),
    configuration('no-fsync', 'Members acknowledge before their disks do (--unsafe-no-fsync)', {
      fsync: false,
    }),
  ],
  settings: SETTINGS,
  refusesSetting: refusedSetting,
  files: { 'etcd.conf.yml': readEtcdConf },
  refusesPort: (port, settings) =>
    port === 'lock' && settingsOf(settings).set === 'keys'
      ? 'its locks promise less than its keys: take etcd:locks or etcd:locks-fenced'
      : null,
  refuses: (family) =>
    family === 'clock' ? NO_CLOCK : refusedUnless(['switchover', 'membership', ...DISK_FAULTS], family),
  images: [IMAGE],
  create: (context) => new EtcdCluster(context, settingsOf(context.settings)),
});
