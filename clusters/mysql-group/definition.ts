import { CONTAINER_FAULTS, refusedUnless } from '../kit/refusals.ts';
import { refusesIdleLocks } from '../sql/lock-claim.ts';
import { readMyCnf } from '../mysql/config-file.ts';
import { PORTS } from '../mysql/ports.ts';
import { IMAGE } from '../mysql/server.ts';
import { defineCluster, type Configuration } from '../types.ts';
import { claimOf } from './claims.ts';
import { MysqlGroup, NO_PRIMARY } from './cluster.ts';
import { conflictOf, refusedSetting, SETTINGS, settingsOf, type Consistency, type Mode } from './settings.ts';

const WAITS: Readonly<Record<Consistency, string>> = {
  EVENTUAL: 'a transaction waits for nothing',
  BEFORE: 'a transaction first waits for all that came before it',
  AFTER: 'a write waits until every member has applied it',
  BEFORE_AND_AFTER: 'a transaction waits for all before it, and until every member has applied it',
};

const configuration = (
  name: string,
  mode: Mode,
  consistency: Consistency,
  more: { readonly title?: string; readonly settings?: Configuration['settings'] } = {},
): Configuration => ({
  name,
  title: `${mode === 'single-primary' ? 'One primary' : 'Every member takes writes'}; ${more.title ?? WAITS[consistency]}`,
  settings: { mode, consistency, ...more.settings },
  claim: claimOf,
  nodes: 3,
});

/** MySQL Group Replication. */
export const mysqlGroup = defineCluster({
  name: 'mysql-group',
  title: 'MySQL Group Replication, three members that agree on the order of transactions',
  worlds: ['docker'],
  ports: PORTS,
  configurations: [
    configuration('before-and-after', 'single-primary', 'BEFORE_AND_AFTER'),
    configuration('before', 'single-primary', 'BEFORE'),
    configuration('after', 'single-primary', 'AFTER'),
    configuration('eventual', 'single-primary', 'EVENTUAL'),
    configuration('after-read-only', 'single-primary', 'AFTER', {
      title: 'as after, but a member that was expelled goes on answering reads (READ_ONLY)',
      settings: { 'exit-state-action': 'READ_ONLY' },
    }),
    configuration('multi-before-and-after', 'multi-primary', 'BEFORE_AND_AFTER'),
    configuration('multi-before', 'multi-primary', 'BEFORE'),
    configuration('multi-after', 'multi-primary', 'AFTER'),
    configuration('multi-eventual', 'multi-primary', 'EVENTUAL'),
  ],
  settings: SETTINGS,
  refusesSetting: refusedSetting,
  files: { 'my.cnf': readMyCnf },
  refuses: (family, _world, settings) => {
    const operated = ['failover', 'restart-then-promote', 'cut-standbys', 'switchover'].includes(family);
    if (operated && settingsOf(settings).mode === 'multi-primary') return NO_PRIMARY;
    return refusedUnless(['switchover', 'membership', ...CONTAINER_FAULTS], family);
  },
  refusesPort: (port, settings) =>
    port === 'lock' && settingsOf(settings).mode === 'multi-primary'
      ? 'named locks are a member’s own, and every member takes writes: take a configuration with one primary'
      : refusesIdleLocks(['wait_timeout'])(port, settings),
  conflict: (settings, _world, nodes) => conflictOf(settingsOf(settings), nodes),
  images: [IMAGE],
  create: (context) => new MysqlGroup(context, settingsOf(context.settings)),
});
