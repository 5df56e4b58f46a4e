import type { Json } from '../../../harness/history/event.ts';
import {
  jsonText,
  parsed,
  read,
  refused,
  unknownOperation,
  write,
  type Acknowledge,
  type Plan,
  type Planner,
} from './plan.ts';

/** Sets a key to ARGV[2] if it holds ARGV[1], or is absent where ARGV[3] says so. One script runs alone. */
const CAS = `
local found = redis.call('GET', KEYS[1])
if (ARGV[3] == 'absent' and found == false) or (ARGV[3] == 'holds' and found == ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[2])
  return 1
end
return 0`;

/** `register`: a string each. A cas that did not match has written nothing, and waits for nobody. */
export function register(acknowledge: Acknowledge): Planner {
  return {
    plan: ({ f, key, value }) => {
      const k = `register:${jsonText(key)}`;
      switch (f) {
        case 'read':
          return read(['GET', k], parsed);
        case 'write':
          return write(['SET', k, jsonText(value)], acknowledge);
        case 'cas':
          return cas(k, value as readonly [Json, Json], acknowledge);
        default:
          throw unknownOperation('register', f);
      }
    },
  };
}

function cas(k: string, [old, next]: readonly [Json, Json], acknowledge: Acknowledge): Plan {
  const command = ['EVAL', CAS, 1, k, jsonText(old), jsonText(next), old === null ? 'absent' : 'holds'];
  return {
    reads: false,
    run: async (connection, signal) => {
      if ((await connection.call('write', command, signal)) !== 1) return false;
      await acknowledge(connection, signal);
      return undefined;
    },
  };
}

/** `set`: one set a key; a read is one command, so the set at one moment. */
export function set(acknowledge: Acknowledge): Planner {
  return {
    plan: ({ f, key, value }) => {
      const k = `set:${jsonText(key)}`;
      switch (f) {
        case 'add':
          return write(['SADD', k, jsonText(value)], acknowledge, (added) => {
            if (added !== 1) throw refused('already-there', `${jsonText(value)} is in the set already`);
            return undefined;
          });
        case 'read':
          return read(['SMEMBERS', k], (members) => (members as readonly string[]).map(parsed));
        default:
          throw unknownOperation('set', f);
      }
    },
  };
}

/** `counter`: INCRBY, and a read of the sum so far. */
export function counter(acknowledge: Acknowledge): Planner {
  return {
    plan: ({ f, key, value }) => {
      const k = `counter:${jsonText(key)}`;
      switch (f) {
        case 'add':
          return write(['INCRBY', k, Number(value)], acknowledge);
        case 'read':
          return read(['GET', k], (sum) => Number(sum ?? 0));
        default:
          throw unknownOperation('counter', f);
      }
    },
  };
}

/** `rows`: a hash each; a write touches only the fields it names, a delete removes the row. */
export function rows(acknowledge: Acknowledge): Planner {
  return {
    plan: ({ f, key, value }) => {
      const k = `row:${jsonText(key)}`;
      switch (f) {
        case 'read':
          return read(['HGETALL', k], (pairs) => rowOf(pairs as readonly string[]));
        case 'write': {
          const fields = Object.entries(value as Readonly<Record<string, Json>>);
          return write(['HSET', k, ...fields.flatMap(([name, each]) => [name, jsonText(each)])], acknowledge);
        }
        case 'delete':
          return write(['DEL', k], acknowledge);
        default:
          throw unknownOperation('rows', f);
      }
    },
  };
}

/** Field, value, field, value, …; no fields is no row. */
export function rowOf(pairs: readonly string[]): Json {
  if (pairs.length === 0) return null;
  const fields = pairs.flatMap((name, i) => (i % 2 === 0 ? [[name, parsed(pairs[i + 1])] as const] : []));
  return Object.fromEntries(fields);
}
