// What MySQL's documentation lets a group promise, derived from the final settings: --set changes the claim too.
import type { Port } from '../../harness/cluster.ts';
import { lockClaim } from '../sql/lock-claim.ts';
import type { Claim, Setting } from '../types.ts';
import { settingsOf, type GroupSettings } from './settings.ts';

const MANUAL = 'https://dev.mysql.com/doc/refman/9.5/en';

const STANDS_STILL = ['partition', 'pause'];
const DIES = [
  'kill',
  'failover',
  'restart-then-promote',
  'switchover',
  'membership',
  'clock',
  'strobe',
  'drift',
];

/** The claim under these settings; of locks nothing but what one server promises, whatever the settings. */
export function claimOf(given: Readonly<Record<string, Setting>>, port?: Port): Claim {
  if (port === 'lock')
    // A member that stands still is expelled, and its sessions with it; so may be one whose clock jumps.
    return lockClaim(
      [],
      `${MANUAL}/locking-functions.html and ${MANUAL}/group-replication-limitations.html (certification does not take into account named locks)`,
    );
  const settings = settingsOf(given);
  const { reads, consistency } = settings;
  const level = settings.isolation === 'read-uncommitted' ? settings.isolation : 'read-committed';
  const stored = settings.isolation === 'read-uncommitted' ? [] : ['durable', 'convergent'];
  const fresh = freshness(settings);
  return {
    guarantee: [...(fresh === null ? [] : [fresh]), level, ...stored, 'recovers'],
    operations: 'acknowledged writes, and single-statement reads',
    reads: reads === 'primary' ? 'where the session writes' : 'from any node, member or not',
    tolerates: {
      // A member that is cut off, or stood still, does not know yet that others went on without it: AFTER asks nobody.
      faults: [
        ...DIES,
        ...(consistency === 'AFTER' ? [] : STANDS_STILL),
        ...(fresh === null ? ['power-off'] : []),
      ],
      howMany: 1,
    },
    source: sourceOf(settings),
  };
}

/**
 * - EVENTUAL: "does not wait for preceding transactions to be applied": a read may show any age.
 * - BEFORE: "waits for all preceding transactions to complete before being applied": whoever reads sees what was
 *   acknowledged before, wherever.
 * - AFTER: "waits until its changes have been applied to all of the other members": whoever is a member has it. Until
 *   then they show it while the primary, which commits last, does not: who reads here and there may go back in time.
 * What a commit needs of the others is the same for all: a majority has it in the common order.
 */
function freshness({ mode, consistency, reads, isolation }: GroupSettings): string | null {
  if (consistency === 'EVENTUAL' || isolation === 'read-uncommitted') return null;
  const inOnePlace = mode === 'single-primary' && reads === 'primary';
  return consistency === 'AFTER' && !inOnePlace ? 'regular-write-order' : 'linearizable';
}

function sourceOf({ consistency, exit }: GroupSettings): string {
  const levels = `${MANUAL}/group-replication-understanding-consistency-guarantees.html`;
  return consistency === 'EVENTUAL'
    ? `${levels} (EVENTUAL: a transaction waits for nothing)`
    : `${levels} (${consistency}) and ${MANUAL}/group-replication-responses-failure-exit.html (${exit})`;
}
