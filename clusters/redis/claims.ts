import type { Port } from '../../harness/cluster.ts';
import type { Claim, Setting } from '../types.ts';
import type { Flavour } from './flavour.ts';
import { settingsOf, type RedisSettings } from './settings.ts';

/** The claim of replicas under sentinels: what holds is what nobody disturbed. */
export function sentinelClaim({ manual }: Flavour) {
  return (given: Readonly<Record<string, Setting>>, port?: Port): Claim => {
    const settings = settingsOf(given);
    return {
      guarantee: [...readsOf(settings), 'durable', 'convergent', 'recovers'],
      operations: 'acknowledged commands and transactions (MULTI, scripts), and reads of single keys',
      reads: TOLD[settings.reads],
      // Any fault may move the primary, and a promoted replica lacks what it had not received. WAIT and
      // min-replicas-to-write make that rarer and promise nothing: "WAIT does not make Redis a strongly consistent
      // store". A clock moves no primary.
      tolerates: { faults: ['clock'], howMany: 99 },
      source: transactional(port)
        ? manual.transactions
        : settings.ack === 'primary'
          ? manual.sentinel
          : manual.wait,
    };
  };
}

/** A single server executes one command at a time, a transaction as if it were one; what its file was synced with survives what. */
export function singleClaim({ manual }: Flavour) {
  return (given: Readonly<Record<string, Setting>>, port?: Port): Claim => {
    const { aof } = settingsOf(given);
    // The file is written before the reply in any case: a kill leaves that to the kernel, a power cut does not.
    const survives = { always: ['kill', 'power-off'], everysec: ['kill'], none: [] }[aof];
    return {
      guarantee: [
        'linearizable',
        'strict-serializable',
        'durable',
        'convergent',
        'recovers',
        'single-primary',
      ],
      operations: 'acknowledged commands, and transactions (MULTI, scripts)',
      reads: 'from the only server',
      tolerates: { faults: ['clock', 'pause', ...survives], howMany: 1 },
      source: transactional(port) ? manual.transactions : manual.persistence,
    };
  };
}

/** Is what clients do here several commands as one? */
function transactional(port: Port | undefined): boolean {
  return port === 'transaction' || port === 'bank';
}

const TOLD: Readonly<Record<RedisSettings['reads'], string>> = {
  primary: 'from the primary that a sentinel names',
  any: 'from any node in turn',
  sticky: 'from one node a session',
};

/**
 * A replica applies one stream in order, and never goes back while it follows the same primary. A transaction is one
 * entry of that stream, so that every node shows all of it or nothing.
 */
function readsOf({ reads, leaseMs }: RedisSettings): string[] {
  // A lock that expires by a clock, on one server, is nobody's promise.
  if (leaseMs > 0) return ['no-thin-air'];
  switch (reads) {
    case 'primary':
      return ['linearizable', 'strict-serializable'];
    case 'sticky':
      return ['monotonic-reads', 'serializable'];
    case 'any':
      return ['no-thin-air', 'serializable'];
  }
}
