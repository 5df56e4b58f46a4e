import { CONTAINER_FAULTS, refusedUnless } from '../kit/refusals.ts';
import { refusesIdleLocks } from '../sql/lock-claim.ts';
import { defineCluster, type Configuration, type Setting } from '../types.ts';
import { claimOf } from './claims.ts';
import { MysqlCluster } from './cluster.ts';
import { readMyCnf } from './config-file.ts';
import { refusedSetting } from './config.ts';
import { PORTS } from './ports.ts';
import { IMAGE } from './server.ts';
import { conflictOf, SETTINGS, settingsOf } from './settings.ts';

function configuration(
  name: string,
  title: string,
  settings: Readonly<Record<string, Setting>>,
  nodes = 3,
): Configuration {
  return { name, title, settings, claim: claimOf, nodes };
}

/** Reads go anywhere, so that what a replica lacks is seen. */
const BY_HAND = { semisync: 'wait', reads: 'any', positions: 'file', seeding: 'dump' };

/** MySQL with replication by GTID: a primary and two replicas. */
export const mysql = defineCluster({
  name: 'mysql',
  title: 'MySQL, a primary with replicas that follow by GTID',
  worlds: ['docker'],
  ports: PORTS,
  configurations: [
    configuration('async', 'Asynchronous replicas', { semisync: 'none' }),
    configuration('semi-sync', 'A commit waits until a replica has it, for as long as that takes', {
      semisync: 'wait',
    }),
    configuration('semi-sync-fall-back', 'A commit waits a second for a replica, then goes on without', {
      semisync: 'fall-back',
    }),
    configuration('single', 'One server without replicas', { semisync: 'none' }, 1),
    configuration(
      'relaxed',
      'One server that syncs its logs once a second (sync_binlog = 0, innodb_flush_log_at_trx_commit = 2)',
      { semisync: 'none', sync_binlog: 0, innodb_flush_log_at_trx_commit: 2 },
      1,
    ),
    configuration(
      'relaxed-memory',
      'As relaxed, and the redo log stays in the server for up to a second (innodb_flush_log_at_trx_commit = 0)',
      { semisync: 'none', sync_binlog: 0, innodb_flush_log_at_trx_commit: 0 },
      1,
    ),
    configuration('file-position', 'As semi-sync, by file and position: the operator finds the place', {
      ...BY_HAND,
    }),
    configuration('file-position-late', 'As file-position; the place given after a failover is too late', {
      ...BY_HAND,
      pointing: 'too-late',
    }),
    configuration('file-position-early', 'As file-position; the place given after a failover is too early', {
      ...BY_HAND,
      pointing: 'too-early',
    }),
    configuration(
      'seeded',
      'As semi-sync; replicas are made by mysqldump --single-transaction --source-data',
      {
        ...{ semisync: 'wait', reads: 'any', seeding: 'dump' },
      },
    ),
    configuration(
      'seeded-by-hand',
      'As seeded, without a snapshot, and with the place as it is looked up later',
      {
        ...{ semisync: 'wait', reads: 'any', seeding: 'dump-by-hand' },
      },
    ),
    configuration('partitioned-range', 'One server, tables split by years', { partitioning: 'range' }, 1),
    configuration(
      'partitioned-range-max',
      'As partitioned-range, and a last partition takes the rest (MAXVALUE)',
      { partitioning: 'range-max' },
      1,
    ),
    configuration(
      'partitioned-hash',
      'One server, tables split by hash of the key',
      { partitioning: 'hash' },
      1,
    ),
  ],
  settings: SETTINGS,
  refusesSetting: refusedSetting,
  files: { 'my.cnf': readMyCnf },
  refusesPort: refusesIdleLocks(['wait_timeout']),
  refuses: (family) => refusedUnless(['membership', ...CONTAINER_FAULTS], family),
  conflict: (settings) => conflictOf(settingsOf(settings)),
  images: [IMAGE],
  create: (context) => new MysqlCluster(context, settingsOf(context.settings)),
});
