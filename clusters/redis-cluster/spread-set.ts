import { createHash } from 'node:crypto';
import type { Json } from '../../harness/history/event.ts';
import {
  jsonText,
  parsed,
  refused,
  unknownOperation,
  write,
  type Acknowledge,
  type Planner,
} from '../redis/clients/plan.ts';

/** Enough that every primary leads some, few enough to read all of them at the end. */
const PARTS = 24;

/**
 * `set`, spread over slots as an application does with what is too much for one key: each element lies in one of
 * {@link PARTS} sets. A read is one command a part, each at a moment of its own.
 */
export function spreadSet(acknowledge: Acknowledge): Planner {
  const part = (key: string, n: number) => `set:${key}:${n}`;
  return {
    plan: ({ f, key, value }) => {
      const k = jsonText(key);
      switch (f) {
        case 'add': {
          const element = jsonText(value);
          const n = createHash('md5').update(element).digest()[0] % PARTS;
          return write(['SADD', part(k, n), element], acknowledge, (added) => {
            if (added !== 1) throw refused('already-there', `${element} is in the set already`);
            return undefined;
          });
        }
        case 'read':
          return {
            reads: true,
            run: async (caller, signal) => {
              const found: Json[] = [];
              for (let n = 0; n < PARTS; n++) {
                const members = await caller.call('read', ['SMEMBERS', part(k, n)], signal);
                found.push(...(members as readonly string[]).map(parsed));
              }
              return found;
            },
          };
        default:
          throw unknownOperation('set', f);
      }
    },
  };
}
