import type { Port } from '../../harness/cluster.ts';
import type { Claim, Setting } from '../types.ts';

/** Faults that end no session at the primary of a cluster that only its operator moves. */
export const SESSIONS_LAST: readonly string[] = ['cut-standbys', 'pause', 'clock', 'strobe', 'drift'];

/**
 * What locks in the memory of one server promise: mutual exclusion for as long as nothing ends the holder's session. Such
 * a lock is in no log, so that a server which was killed, and one that takes over, know nothing of it.
 */
export function lockClaim(faults: readonly string[], source: string): Claim {
  return {
    guarantee: ['linearizable', 'convergent', 'single-primary', 'recovers'],
    operations: 'locks taken and given back',
    reads: 'from the memory of the primary',
    tolerates: { faults, howMany: 1 },
    source,
  };
}

/**
 * A `refusesPort` for servers that end idle sessions once one of these is set (0: they never do): the holder of a lock
 * does nothing for seconds.
 */
export function refusesIdleLocks(names: readonly string[]) {
  return (port: Port, settings: Readonly<Record<string, Setting>>): string | null => {
    const ending = names.find((name) => name in settings && !/^0\w*$/.test(String(settings[name])));
    return port === 'lock' && ending !== undefined
      ? `${ending} ends sessions that hold a lock and do nothing: leave it as it is`
      : null;
  };
}
