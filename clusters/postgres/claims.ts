// What PostgreSQL's documentation lets one promise, derived from the final settings: --set changes the claim too.
import type { Port } from '../../harness/cluster.ts';
import { lockClaim, SESSIONS_LAST } from '../sql/lock-claim.ts';
import type { Claim, Setting } from '../types.ts';
import { settingsOf, type PostgresSettings } from './settings.ts';

const MANUAL = 'https://www.postgresql.org/docs/current';

/** Faults that move no primary. Nothing of the database but its processes, its links and its clock is touched. */
const STANDING = ['partition', 'cut-standbys', 'loss', 'pause', 'clock', 'strobe', 'drift'];
/** Those in which servers end and come back, to what they had written … */
const CRASHES = ['kill', 'rolling-restart', 'disk-full'];
/** … or only to what their disks had confirmed. */
const POWER_CUTS = ['power-off'];
const IN_PLACE = [...STANDING, ...CRASHES, ...POWER_CUTS];

/**
 * Ways to move the primary. Whoever waits for a standby does it to survive them, so they are all held against the
 * claim: also the two that are known to break it, promoting without fencing and promoting after a restart that made
 * unreplicated commits visible. A database (or its operator) that lets them happen does not keep the promise.
 */
const MOVES = ['failover', 'restart-then-promote'];

/** The claim under these settings; of locks nothing but the manual's is promised, whatever the settings. */
export function claimOf(given: Readonly<Record<string, Setting>>, port?: Port): Claim {
  if (port === 'lock')
    return lockClaim(
      SESSIONS_LAST,
      `${MANUAL}/explicit-locking.html#ADVISORY-LOCKS (held until explicitly released or the session ends)`,
    );
  const settings = settingsOf(given);
  const durable = survivesKill(settings);
  const synced = durable && survivesPowerCut(settings);
  const replicated = durable && waitsForStandby(settings);
  const reads = readsOf(settings);
  return {
    guarantee: [
      ...reads.guarantee,
      ...(durable ? ['durable'] : []),
      'convergent',
      'single-primary',
      'recovers',
    ],
    operations: 'acknowledged writes, and single-statement reads',
    reads: reads.text,
    tolerates: {
      faults: [
        ...reads.faults.filter(
          (family) => (durable || !CRASHES.includes(family)) && (synced || !POWER_CUTS.includes(family)),
        ),
        ...(replicated && reads.overFailover ? MOVES : []),
      ],
      howMany: 1,
    },
    source: sourceOf(settings),
  };
}

interface ReadClaim {
  readonly guarantee: readonly string[];
  readonly text: string;
  readonly faults: readonly string[];
  /** Does it still hold when the most advanced standby takes over from a fenced primary that waited for it? */
  readonly overFailover: boolean;
}

/**
 * - The primary makes a commit visible only after its log is on disk and, if it waits for standbys, after they
 *   confirmed: single rows are linearizable. (Except when that wait is broken off by a crash: then the restarted
 *   primary shows the commit unreplicated: "restart, read, then promote" breaks this claim.)
 * - A standby replays in one order, so a session that sticks to it never goes back in time; but a standby that
 *   restarts opens for reads as soon as it is consistent, which may be earlier than what it showed before it died.
 * - Only with remote_apply on all standbys is an acknowledged write visible on each. It may be visible on a standby
 *   before it is on the primary, so sessions that roam may still go back in time.
 */
function readsOf(settings: PostgresSettings): ReadClaim {
  const everywhere =
    settings.synchronous === 'all' && settings.database.synchronous_commit === 'remote_apply';
  const fresh = everywhere ? ['no-stale-read', 'read-your-writes'] : [];
  switch (settings.reads) {
    case 'primary':
      return {
        guarantee: keepsKeys(settings) ? ['linearizable', ...isolation(settings)] : isolation(settings),
        text: 'from the primary',
        faults: IN_PLACE,
        overFailover: true,
      };
    case 'sticky':
      return {
        guarantee: [...fresh, 'monotonic-reads', 'read-committed'],
        text: 'from one node a session, perhaps a standby',
        faults: STANDING,
        overFailover: false,
      };
    // Time after a write guarantees nothing: a standby may lag for longer.
    case 'after-write':
    case 'any':
      return {
        guarantee: [...fresh, 'read-committed'],
        text: 'from any node: eventually what the primary holds',
        faults: everywhere ? STANDING : IN_PLACE,
        overFailover: !everywhere,
      };
  }
}

/**
 * "Unique constraints … must include all the partition key columns": split by years, a key may have a row in each of
 * them, and two writers who both find none make two. (ddl-partitioning, limitations)
 */
function keepsKeys({ partitioning, unique }: PostgresSettings): boolean {
  return partitioning === 'none' || partitioning === 'hash' || unique === 'key-table';
}

/** PostgreSQL's repeatable read is snapshot isolation: manual, "Repeatable Read Isolation Level". */
function isolation({ isolation: level }: PostgresSettings): string[] {
  return [level === 'repeatable-read' ? 'snapshot-isolation' : level];
}

/** Has an acknowledged commit left the server's own memory? What a killed process has written, the kernel keeps. */
function survivesKill({ database }: PostgresSettings): boolean {
  return !isOff(database.synchronous_commit);
}

/** Is an acknowledged commit on the primary's disk, and are pages that were being written whole again after a crash? */
function survivesPowerCut({ database }: PostgresSettings): boolean {
  return !isOff(database.fsync) && !isOff(database.full_page_writes);
}

function isOff(value: Setting | undefined): boolean {
  return value === 'off' || value === false;
}

function waitsForStandby({ synchronous, database }: PostgresSettings): boolean {
  return synchronous !== 'none' && database.synchronous_commit !== 'local';
}

function sourceOf(settings: PostgresSettings): string {
  if (settings.partitioning !== 'none')
    return `${MANUAL}/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE (limitations: a unique constraint contains the partition key)`;
  if (settings.synchronous === 'none')
    return `${MANUAL}/warm-standby.html#STREAMING-REPLICATION (asynchronous: a small delay, and loss at a failover)`;
  return settings.database.synchronous_commit === 'remote_apply'
    ? `${MANUAL}/runtime-config-wal.html#GUC-SYNCHRONOUS-COMMIT (remote_apply: visible to queries on the standby)`
    : `${MANUAL}/warm-standby.html#SYNCHRONOUS-REPLICATION (each commit waits for the disk of primary and standby)`;
}
