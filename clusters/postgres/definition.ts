import { bank } from '../sql/bank.ts';
import { counter, ids } from '../sql/counter.ts';
import { log, queue } from '../sql/lists.ts';
import { lock } from '../sql/lock.ts';
import { refusesIdleLocks } from '../sql/lock-claim.ts';
import { transactions } from '../sql/transaction.ts';
import { Positions } from '../kit/positions.ts';
import { CONTAINER_FAULTS, refusedUnless } from '../kit/refusals.ts';
import { defineCluster, type ClusterContext, type Configuration, type Setting } from '../types.ts';
import { claimOf } from './claims.ts';
import { refusedSetting } from './config.ts';
import { readPostgresqlConf } from './config-file.ts';
import { counterDialect, idsDialect } from './clients/counter.ts';
import { listsDialect } from './clients/lists.ts';
import { lockDialect } from './clients/lock.ts';
import { datedSet, movingRegister } from './clients/partitioned.ts';
import { register } from './clients/register.ts';
import { rows } from './clients/rows.ts';
import { set } from './clients/set.ts';
import { bankDialect, transactionDialect } from './clients/transaction.ts';
import { PostgresCluster, type Planners } from './cluster.ts';
import { DockerServer } from './server/docker-server.ts';
import { NpmServer } from './server/npm-server.ts';
import { SETTINGS, settingsOf } from './settings.ts';

const NO_CLOCK =
  "PostgreSQL without Docker runs on this machine's clock: use --world docker for clock faults.";

function configuration(
  name: string,
  title: string,
  settings: Readonly<Record<string, Setting>>,
  nodes = 3,
): Configuration {
  return { name, title, settings, claim: claimOf, nodes };
}

function create(context: ClusterContext): PostgresCluster {
  const settings = settingsOf(context.settings);
  const byYears = settings.partitioning === 'range' || settings.partitioning === 'range-default';
  const positions = new Positions();
  const planners: Planners = {
    register: () => (byYears ? movingRegister(settings.unique) : register),
    set: () => (byYears ? datedSet : set),
    rows: () => rows,
    counter: () => counter(counterDialect),
    queue: () => queue(listsDialect),
    log: (session) => log(listsDialect, positions.of(session)),
    ids: () => ids(idsDialect),
    lock: () => lock(lockDialect),
    transaction: () => transactions(transactionDialect(settings.isolation)),
    bank: () => bank(bankDialect(settings.isolation)),
  };
  return context.world === 'docker'
    ? new PostgresCluster(context, new DockerServer(settings.version), settings, planners, null)
    : new PostgresCluster(context, new NpmServer(context.runId), settings, planners, { refused: NO_CLOCK });
}

/** PostgreSQL with streaming replication: a primary and two standbys. */
export const postgres = defineCluster({
  name: 'postgres',
  title: 'PostgreSQL, a primary with streaming standbys',
  worlds: ['process', 'docker'],
  ports: ['register', 'set', 'rows', 'counter', 'queue', 'log', 'ids', 'lock', 'transaction', 'bank'],
  configurations: [
    configuration('async', 'Asynchronous standbys', { synchronous: 'none' }),
    configuration(
      'async-pinned',
      'Asynchronous standbys; who has written reads from the primary for a second',
      {
        synchronous: 'none',
        reads: 'after-write',
        'pin-seconds': 1,
      },
    ),
    configuration('async-pinned-long', 'As async-pinned, for ten seconds', {
      synchronous: 'none',
      reads: 'after-write',
      'pin-seconds': 10,
    }),
    configuration('sync-first-1', 'A commit waits for the first standby of the list', {
      synchronous: 'first-1',
    }),
    configuration('sync-any-1', 'A commit waits for whichever standby is quickest', {
      synchronous: 'any-1',
    }),
    configuration('remote-write', 'A commit waits until a standby has handed it to its kernel', {
      synchronous: 'first-1',
      synchronous_commit: 'remote_write',
    }),
    configuration('local-commit', 'A synchronous standby is named, and no commit waits for it', {
      synchronous: 'first-1',
      synchronous_commit: 'local',
    }),
    configuration('commit-off', 'A commit waits for no disk at all (synchronous_commit = off)', {
      synchronous_commit: 'off',
    }),
    configuration('single', 'One server, as it comes', {}, 1),
    configuration(
      'single-commit-off',
      'One server, whose commits wait for no disk',
      { synchronous_commit: 'off' },
      1,
    ),
    configuration('single-no-fsync', 'One server that never syncs (fsync = off)', { fsync: false }, 1),
    configuration(
      'partitioned-range',
      'One server, tables split by years; nothing keeps a key in one row',
      { partitioning: 'range' },
      1,
    ),
    configuration(
      'partitioned-range-keys',
      'As partitioned-range, but a table of keys is locked first, and a default partition takes the rest',
      { partitioning: 'range-default', unique: 'key-table' },
      1,
    ),
    configuration(
      'partitioned-hash',
      'One server, tables split by hash of the key',
      { partitioning: 'hash' },
      1,
    ),
    configuration('remote-apply', 'A commit waits until every standby shows it', {
      synchronous: 'all',
      synchronous_commit: 'remote_apply',
      reads: 'any',
    }),
  ],
  settings: SETTINGS,
  refusesSetting: refusedSetting,
  files: { 'postgresql.conf': readPostgresqlConf },
  refusesPort: refusesIdleLocks(['idle_session_timeout']),
  refuses: (family, world) =>
    family === 'clock' && world === 'process'
      ? NO_CLOCK
      : refusedUnless(world === 'docker' ? CONTAINER_FAULTS : [], family),
  images: ['postgres', 'postgres18'],
  create,
});
