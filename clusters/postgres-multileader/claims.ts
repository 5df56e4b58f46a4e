// What logical replication between leaders promises, derived from the final settings.
import type { Claim, Setting } from '../types.ts';
import { settingsOf, type Conflicts } from './settings.ts';

const MANUAL = 'https://www.postgresql.org/docs/current';

/** Nothing of these hangs on which leader is reached when: what was written at one arrives at the others in the end. */
const ANY_FAULT = [
  'partition',
  'loss',
  'delay',
  'kill',
  'rolling-restart',
  'pause',
  'power-off',
  'disk-full',
  'clock',
  'strobe',
  'drift',
];

interface Kept {
  readonly guarantee: readonly string[];
  readonly source: string;
}

/**
 * - `none`: the manual says what conflicts do: "an error … will stop the replication; it must be resolved manually", and
 *   an UPDATE that arrives overwrites whatever is there. Only rows that nobody else makes are safe (the set workload).
 * - `lww`: both leaders decide alike, by stamps that travel with the row, whatever their clocks say: they converge. But
 *   the loser of two concurrent writes is gone, with fields that the winner never touched, and a slow clock loses always.
 *   Between *two* leaders: a third may get an update of a row before the row itself, and skips it (update_missing).
 * - `table`: versions never conflict, so no write is lost and all leaders work out the same, whatever the clocks say.
 */
const KEPT: Readonly<Record<Conflicts, Kept>> = {
  none: { guarantee: ['no-thin-air'], source: `${MANUAL}/logical-replication-conflicts.html` },
  lww: {
    guarantee: ['convergent'],
    source: `${MANUAL}/sql-createtrigger.html (ENABLE ALWAYS) and ${MANUAL}/logical-replication-conflicts.html`,
  },
  table: {
    guarantee: ['convergent', 'durable'],
    source: `${MANUAL}/logical-replication-conflicts.html (no conflict without a common key)`,
  },
};

/** The claim under these settings, between two leaders. */
export function claimOf(given: Readonly<Record<string, Setting>>): Claim {
  const { conflicts, reads } = settingsOf(given);
  const { guarantee, source } = KEPT[conflicts];
  return {
    guarantee,
    operations: 'single statements at one leader; a cas is that leader’s own',
    reads: reads === 'home' ? 'from the leader where the session writes' : 'from any leader in turn',
    tolerates: { faults: ANY_FAULT, howMany: 99 },
    source,
  };
}

/** Between three leaders, where an update may arrive before what it updates. */
export function claimOfThree(given: Readonly<Record<string, Setting>>): Claim {
  const claim = claimOf(given);
  if (settingsOf(given).conflicts !== 'lww') return claim;
  return {
    ...claim,
    guarantee: ['no-thin-air'],
    source: `${MANUAL}/logical-replication-conflicts.html (update_missing: the update is skipped)`,
  };
}
