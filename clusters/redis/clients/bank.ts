import type { Json } from '../../../harness/history/event.ts';
import { rowOf } from './data.ts';
import {
  jsonText,
  parsed,
  read,
  unknownOperation,
  write,
  type Acknowledge,
  type Plan,
  type Planner,
} from './plan.ts';

/** All accounts, by name: a hash, since whatever a script touches must lie in one slot of a cluster. */
const ACCOUNTS = 'bank';

/** ARGV: account, balance, …; leaves an account that is there alone. */
const OPEN = `
for i = 1, #ARGV, 2 do redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1]) end
return 1`;

/** ARGV: from, to, amount; 0 when the account holds less. One script runs alone. */
const TRANSFER = `
local left = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0')
if left < tonumber(ARGV[3]) then return 0 end
redis.call('HINCRBY', KEYS[1], ARGV[1], -tonumber(ARGV[3]))
redis.call('HINCRBY', KEYS[1], ARGV[2], ARGV[3])
return 1`;

/** `bank`: a script opens the accounts, and one moves money; all accounts are one HGETALL, some by name one HMGET. */
export function bank(acknowledge: Acknowledge): Planner {
  return {
    plan: ({ f, value = null }) => {
      switch (f) {
        case 'open': {
          const accounts = Object.entries(value as Readonly<Record<string, Json>>);
          const balances = accounts.flatMap(([name, balance]) => [name, jsonText(balance)]);
          return write(['EVAL', OPEN, 1, ACCOUNTS, ...balances], acknowledge);
        }
        case 'transfer':
          return transfer(value as unknown as Transfer, acknowledge);
        case 'read':
          return value === null
            ? read(['HGETALL', ACCOUNTS], (pairs) => rowOf(pairs as readonly string[]) ?? {})
            : some((value as readonly Json[]).map(nameOf));
        default:
          throw unknownOperation('bank', f);
      }
    },
  };
}

interface Transfer {
  readonly from: Json;
  readonly to: Json;
  readonly amount: number;
}

/** One that moved nothing waits for nobody. */
function transfer({ from, to, amount }: Transfer, acknowledge: Acknowledge): Plan {
  const command = ['EVAL', TRANSFER, 1, ACCOUNTS, nameOf(from), nameOf(to), amount];
  return {
    reads: false,
    run: async (connection, signal) => {
      if ((await connection.call('write', command, signal)) !== 1) return false;
      await acknowledge(connection, signal);
      return undefined;
    },
  };
}

function some(names: readonly string[]): Plan {
  return read(['HMGET', ACCOUNTS, ...names], (balances) => {
    const found = (balances as readonly (string | null)[]).map((balance, i) => [names[i], parsed(balance)]);
    return Object.fromEntries(found.filter(([, balance]) => balance !== null)) as Json;
  });
}

/** An account is a key of a JSON object, so its name is text whatever it was. */
function nameOf(account: Json): string {
  return typeof account === 'string' ? account : jsonText(account);
}
