import { MILLISECOND, type Clock } from '../../../harness/runtime/types.ts';
import { jsonText, refused, unknownOperation, type Acknowledge, type Caller, type Planner } from './plan.ts';

/** Only the holder, who knows the value, may give the lock back or prolong it. */
const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;
const PROLONG = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0`;

/**
 * `lock`: a key that only its holder can remove and that expires by itself, on the primary alone, prolonged every
 * third of its time as client libraries do. There is no fencing token: a counter would be lost with the primary.
 * https://redis.io/docs/latest/develop/use/patterns/distributed-locks/
 */
export function lock(acknowledge: Acknowledge, leaseMs: number, process: number, clock: Clock): Planner {
  let locks = 0;
  /** Name of each lock held, and its holder's secret. */
  const held = new Map<string, string>();

  const prolong = (connection: Caller, k: string, secret: string): void => {
    clock.after((leaseMs * MILLISECOND) / 3, () => {
      if (held.get(k) !== secret || !connection.usable) return;
      const again = () => prolong(connection, k, secret);
      connection.call('read', ['EVAL', PROLONG, 1, k, secret, leaseMs], null).then(again, again);
    });
  };

  return {
    plan: ({ f, key }) => {
      const k = `lock:${jsonText(key)}`;
      switch (f) {
        case 'acquire':
          return {
            reads: false,
            run: async (connection, signal) => {
              const secret = `${process}/${locks++}`;
              const answer = await connection.call('write', ['SET', k, secret, 'NX', 'PX', leaseMs], signal);
              if (answer !== 'OK') throw refused('held', 'somebody holds the lock');
              await acknowledge(connection, signal);
              held.set(k, secret);
              prolong(connection, k, secret);
              return null;
            },
          };
        case 'release':
          return {
            reads: false,
            run: async (connection, signal) => {
              // Whether or not it still was this holder's: it does not believe so any more.
              await connection.call('write', ['EVAL', RELEASE, 1, k, held.get(k) ?? ''], signal);
              held.delete(k);
              return undefined;
            },
          };
        default:
          throw unknownOperation('lock', f);
      }
    },
    end: () => held.clear(),
  };
}
