import type { Claim, Setting } from '../types.ts';
import { settingsOf } from './settings.ts';

const GUARANTEES = 'https://etcd.io/docs/v3.5/learning/api_guarantees/';

/** Faults of a minority, or of the network, at any place. A clock is nothing to etcd, and cannot be turned here. */
const SURVIVED = [
  'partition',
  'cut-standbys',
  'kill',
  'pause',
  'failover',
  'switchover',
  'restart-then-promote',
];
const OF_THE_DISK = ['power-off'];

/**
 * Key-value operations are strict serializable and durable once acknowledged, whatever happens to how many members:
 * without a majority they wait. So are transactions that put only if what they read has not changed. Reads with
 * `serializable` may be of any age, and go back in time when a client moves to another member; they still come from one
 * revision, so that a transaction that only reads fits the one order of those that write. A lock is a key with a lease: nobody promises that its holder is the only one who believes so.
 */
export function claimOf(given: Readonly<Record<string, Setting>>): Claim {
  const settings = settingsOf(given);
  const locked = settings.set === 'locked';
  // Whoever uses locks relies on what they do not promise; a fenced write is as durable as any.
  const confirmed = settings.set === 'keys' && settings.reads === 'linearizable';
  const kept = confirmed ? ['linearizable', 'strict-serializable'] : ['no-thin-air', 'serializable'];
  return {
    guarantee: [...(locked ? [] : [...kept, 'durable']), 'convergent', 'recovers'],
    operations: locked
      ? 'lists changed under a lock that its holder may have lost'
      : 'key-value operations, and transactions by comparison',
    reads: settings.reads === 'linearizable' ? 'confirmed by a majority' : 'from one member, of any age',
    tolerates: {
      faults: settings.fsync ? [...SURVIVED, ...OF_THE_DISK] : SURVIVED,
      // Nothing is lost when more fail at once: it waits until a majority is back. Membership is given up by one.
      howMany: 99,
    },
    source: locked
      ? 'https://etcd.io/docs/v3.5/learning/why/#notes-on-the-usage-of-lock-and-lease (only by checking the revision is a resource protected)'
      : GUARANTEES,
  };
}
