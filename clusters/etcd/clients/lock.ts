import type { Clock } from '../../../harness/runtime/types.ts';
import { base64, type Gateway } from '../gateway.ts';
import { Lease } from './lease.ts';
import { absent, createdAt, guardFailed, jsonText, putIf, unknownOperation, type Planner } from './plan.ts';

export interface LockOptions {
  readonly leaseSeconds: number;
  /** Does an acquire return its fencing token: the revision at which the lock's key was created? */
  readonly fencing: boolean;
  readonly clock: Clock;
}

/** A lock held: its lease, and the revision that only this holder has. */
export interface Held {
  readonly lease: Lease;
  readonly revision: number;
}

/**
 * Takes the lock `key` if it is free: its key is created, with a lease, if it is absent. Null when somebody holds it.
 * That is one transaction of etcd's own lock recipe, without its queue.
 * https://etcd.io/docs/v3.5/dev-guide/api_concurrency_reference_v3/
 */
export async function take(
  gateway: Gateway,
  key: string,
  { leaseSeconds, clock }: LockOptions,
  signal: AbortSignal,
): Promise<Held | null> {
  const lease = await Lease.grant(gateway, leaseSeconds, clock, signal);
  const revision = await putIf(gateway, absent(key), { key, value: '', lease: lease.id }, signal);
  return revision === null ? null : { lease, revision };
}

/** Gives it back, if it is still this holder's. */
export async function giveBack(
  gateway: Gateway,
  key: string,
  held: Held,
  signal: AbortSignal,
): Promise<void> {
  const request_delete_range = { key: base64(key) };
  const body = { compare: [createdAt(key, held.revision)], success: [{ request_delete_range }] };
  await gateway.ask('write', '/v3/kv/txn', body, signal);
  held.lease.leave();
}

/** `lock`: acquire (ok with the fencing token, or with null where there is none) and release, one lock a key. */
export function lock(options: LockOptions): Planner {
  const held = new Map<string, Held>();
  return {
    plan: ({ f, key }) => {
      const k = `lock/${jsonText(key)}`;
      switch (f) {
        case 'acquire':
          return async (gateway, signal) => {
            if (held.has(k)) throw guardFailed('this process holds the lock already');
            const taken = await take(gateway, k, options, signal);
            if (taken === null) throw guardFailed('somebody holds the lock');
            taken.lease.keepAlive();
            held.set(k, taken);
            return options.fencing ? taken.revision : null;
          };
        case 'release':
          return async (gateway, signal) => {
            const mine = held.get(k);
            if (mine === undefined) throw guardFailed('this process does not hold the lock');
            // Whether or not it still was this holder's: it does not believe so any more.
            await giveBack(gateway, k, mine, signal);
            held.delete(k);
            return undefined;
          };
        default:
          throw unknownOperation('lock', f);
      }
    },
    end: () => {
      for (const { lease } of held.values()) lease.leave();
    },
  };
}
