import type { Json } from '../../../harness/history/event.ts';
import { MILLISECOND } from '../../../harness/runtime/types.ts';
import { base64, type Gateway } from '../gateway.ts';
import { giveBack, take, type Held, type LockOptions } from './lock.ts';
import {
  createdAt,
  guardFailed,
  jsonText,
  put,
  putIf,
  range,
  unknownOperation,
  type Planner,
} from './plan.ts';

/**
 * `set` in one key, under a lock: take it, read the list, work, write the list back with one element more, give the
 * lock back. A holder that stands still for longer than its lease writes over what others have changed meanwhile:
 * their elements are lost. Unless the write is fenced: made only while the lock's key is the one this holder created.
 * Kleppmann, How to do distributed locking, 2016; Jepsen, etcd 3.4.3, 2020.
 */
export function lockedSet(options: LockOptions, workMs: number): Planner {
  return {
    plan: ({ f, key, value }) => {
      const k = `locked-set/${jsonText(key)}`;
      const lockKey = `lock/${k}`;
      switch (f) {
        case 'add':
          return async (gateway, signal) => {
            const held = await take(gateway, lockKey, options, signal);
            if (held === null) throw guardFailed('somebody holds the lock');
            held.lease.keepAlive();
            try {
              const list = await read(gateway, k, signal);
              await options.clock.sleep(workMs * MILLISECOND, signal);
              const text = jsonText([...list, value ?? null]);
              await (options.fencing
                ? fenced(gateway, lockKey, held, k, text, signal)
                : put(gateway, k, text, signal));
              // The element is in: whether the lock can be given back, or expires, is another matter.
              await giveBack(gateway, lockKey, held, signal).catch(() => undefined);
              return undefined;
            } finally {
              held.lease.leave();
            }
          };
        case 'read':
          return (gateway, signal) => read(gateway, k, signal);
        default:
          throw unknownOperation('set', f);
      }
    },
  };
}

async function fenced(
  gateway: Gateway,
  lockKey: string,
  { revision }: Held,
  key: string,
  value: string,
  signal: AbortSignal,
): Promise<void> {
  const written = await putIf(gateway, createdAt(lockKey, revision), { key, value }, signal);
  if (written === null) throw guardFailed('the lock was lost before the write');
}

async function read(gateway: Gateway, key: string, signal: AbortSignal): Promise<readonly Json[]> {
  const [found] = await range(gateway, { key: base64(key) }, signal);
  return found === undefined ? [] : (JSON.parse(found.value) as readonly Json[]);
}
