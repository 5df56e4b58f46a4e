// What MySQL's documentation lets one promise, derived from the final settings: --set changes the claim too.
import type { Port } from '../../harness/cluster.ts';
import { lockClaim, SESSIONS_LAST } from '../sql/lock-claim.ts';
import type { Claim, Setting } from '../types.ts';
import { settingsOf, type MysqlSettings } from './settings.ts';

const MANUAL = 'https://dev.mysql.com/doc/refman/9.5/en';

/** Faults that move no primary. */
const IN_PLACE = ['partition', 'cut-standbys', 'kill', 'pause', 'clock', 'strobe', 'drift'];
/** Ways to move the primary: whoever waits for a replica does it to survive them. */
const MOVES = ['failover', 'restart-then-promote', 'membership'];

/** The claim under these settings; of locks nothing but the manual's is promised, whatever the settings. */
export function claimOf(given: Readonly<Record<string, Setting>>, port?: Port): Claim {
  if (port === 'lock')
    return lockClaim(
      SESSIONS_LAST,
      `${MANUAL}/locking-functions.html (released explicitly, or implicitly when the session terminates, normally or abnormally)`,
    );
  const settings = settingsOf(given);
  const durable = survivesCrash(settings);
  const fromPrimary = settings.reads === 'primary';
  // Uncommitted values may be read: they came, as it were, out of thin air, which everything about stored data excludes.
  const stored =
    settings.isolation === 'read-uncommitted'
      ? []
      : [...(durable ? ['durable'] : []), 'convergent', 'no-duplicates'];
  const families = settings.reads === 'sticky' ? IN_PLACE.filter((family) => family !== 'kill') : IN_PLACE;
  return {
    guarantee: [...readsOf(settings), ...stored, 'single-primary', 'recovers'],
    operations: 'acknowledged writes, and single-statement reads',
    reads: fromPrimary ? 'from the primary' : 'from any node: eventually what the primary holds',
    tolerates: {
      faults: [
        ...families.filter((family) => durable || family !== 'kill'),
        // A replica that lacks what its own disk forgot asks for it again; what the primary's forgot is gone.
        ...(survivesPowerCut(settings) && fromPrimary ? ['power-off'] : []),
        ...(durable && settings.semisync === 'wait' && settings.reads !== 'sticky' ? MOVES : []),
      ],
      howMany: 1,
    },
    source: sourceOf(settings),
  };
}

/**
 * - With AFTER_SYNC a commit is visible on the primary only once a replica has it, and always only once its log is on
 *   disk: single rows are linearizable there.
 * - A replica applies in the primary's order (replica_preserve_commit_order), so a session that sticks to it never goes
 *   back in time; one that restarts fetches anew what it had only received, but keeps what it showed.
 * - The levels are SQL's: the manual promises "the four transaction isolation levels described by the SQL:1992
 *   standard". What InnoDB's repeatable read lacks of Adya's is known (Jepsen, MySQL 8.0.34, 2023) and is to be shown.
 */
function readsOf(settings: MysqlSettings): string[] {
  const { reads, isolation } = settings;
  const level = isolation === 'read-uncommitted' ? isolation : 'read-committed';
  switch (reads) {
    case 'primary':
      // What reads the uncommitted reads what may never have been.
      return isolation === 'read-uncommitted' || !keepsKeys(settings)
        ? [isolation]
        : ['linearizable', isolation];
    case 'sticky':
      return ['monotonic-reads', level];
    // Time after a write guarantees nothing: a replica may lag for longer.
    case 'after-write':
    case 'any':
      return [level];
  }
}

/** Does an acknowledged commit survive the death of the process? Only with 0 does it wait in the server's own memory. */
function survivesCrash({ database }: MysqlSettings): boolean {
  return String(database.innodb_flush_log_at_trx_commit ?? 1) !== '0';
}

/** Are redo log and binary log on the disk before a commit is acknowledged? Else the kernel holds a second of them. */
function survivesPowerCut({ database }: MysqlSettings): boolean {
  const flushed = String(database.innodb_flush_log_at_trx_commit ?? 1) === '1';
  return flushed && String(database.sync_binlog ?? 1) === '1';
}

/**
 * "Every unique key on the table must use every column in the table's partitioning expression": split by years, only
 * the gap locks of repeatable read and above keep two writers from making a row each.
 */
function keepsKeys({ partitioning, isolation }: MysqlSettings): boolean {
  const byYears = partitioning === 'range' || partitioning === 'range-max';
  return !byYears || isolation === 'repeatable-read' || isolation === 'serializable';
}

function sourceOf({ semisync, partitioning, database, positions, seeding }: MysqlSettings): string {
  if (partitioning !== 'none') return `${MANUAL}/partitioning-limitations-partitioning-keys-unique-keys.html`;
  if (database.innodb_flush_log_at_trx_commit !== undefined)
    return `${MANUAL}/innodb-parameters.html#sysvar_innodb_flush_log_at_trx_commit`;
  if (positions === 'file')
    return `${MANUAL}/replication-howto-masterstatus.html (the position from which the replica is to start)`;
  if (seeding !== 'clone')
    return `${MANUAL}/mysqldump.html#option_mysqldump_single-transaction and ${MANUAL}/replication-howto-mysqldump.html`;
  switch (semisync) {
    case 'none':
      return `${MANUAL}/replication-implementation.html (asynchronous: the source does not wait) and ${MANUAL}/innodb-transaction-isolation-levels.html`;
    case 'wait':
      return `${MANUAL}/replication-semisync.html (AFTER_SYNC: committed only after a replica acknowledged; no time-out)`;
    case 'fall-back':
      return `${MANUAL}/replication-semisync.html (if a time-out occurs, the source reverts to asynchronous replication)`;
  }
}
