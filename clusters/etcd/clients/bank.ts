import type { Json } from '../../../harness/history/event.ts';
import { base64, rangeEnd, textOf, type Gateway, type Reply } from '../gateway.ts';
import { update, type Snapshot } from './optimistic.ts';
import { jsonText, keyValues, unknownOperation, type KeyValue, type Planner } from './plan.ts';

const PREFIX = 'bank/';

interface Transfer {
  readonly from: Json;
  readonly to: Json;
  readonly amount: number;
}

/**
 * `bank`: a key an account. A transfer puts both balances if neither changed since they were read. All accounts are one
 * range; accounts one by one are a range each, at the revision of the first.
 */
export function bank(serializable: boolean): Planner {
  return {
    plan: ({ f, value = null }) => {
      switch (f) {
        case 'open':
          return (gateway, signal) => open(gateway, value as Readonly<Record<string, Json>>, signal);
        case 'transfer':
          return (gateway, signal) => transfer(gateway, value as unknown as Transfer, signal);
        case 'read':
          return async (gateway, signal) => {
            const found =
              value === null
                ? await all(gateway, serializable, signal)
                : await oneByOne(gateway, value as readonly Json[], serializable, signal);
            return Object.fromEntries(found.map((kv) => [kv.key.slice(PREFIX.length), Number(kv.value)]));
          };
        default:
          throw unknownOperation('bank', f);
      }
    },
  };
}

/** An account is a key of a JSON object, so its name is text whatever it was. */
function keyOf(account: Json): string {
  return PREFIX + (typeof account === 'string' ? account : jsonText(account));
}

/** Leaves an account that is there alone. */
function open(
  gateway: Gateway,
  balances: Readonly<Record<string, Json>>,
  signal: AbortSignal,
): Promise<undefined> {
  const accounts = Object.entries(balances).map(
    ([name, balance]) => [keyOf(name), jsonText(balance)] as const,
  );
  const missing = (seen: Snapshot) => new Map(accounts.filter(([key]) => !seen.has(key)));
  const keys = accounts.map(([key]) => key);
  return update(gateway, keys, (seen) => ({ puts: missing(seen), answer: undefined }), signal);
}

/** False when the account holds less: nothing is put then. */
function transfer(
  gateway: Gateway,
  { from, to, amount }: Transfer,
  signal: AbortSignal,
): Promise<false | undefined> {
  const [source, target] = [keyOf(from), keyOf(to)];
  return update(
    gateway,
    [source, target],
    (seen) => {
      const [left, there] = [source, target].map((key) => Number(seen.get(key)?.value ?? 0));
      if (left < amount) return { puts: new Map<string, string>(), answer: false };
      const puts = new Map([
        [source, String(left - amount)],
        [target, String(there + amount)],
      ]);
      return { puts, answer: undefined };
    },
    signal,
  );
}

async function all(gateway: Gateway, serializable: boolean, signal: AbortSignal): Promise<KeyValue[]> {
  const request = { key: base64(PREFIX), range_end: rangeEnd(PREFIX), serializable };
  return keyValues(await gateway.ask('read', '/v3/kv/range', request, signal));
}

async function oneByOne(
  gateway: Gateway,
  accounts: readonly Json[],
  serializable: boolean,
  signal: AbortSignal,
): Promise<KeyValue[]> {
  const found: KeyValue[] = [];
  let revision = '0';
  for (const account of accounts) {
    const request = { key: base64(keyOf(account)), revision, serializable };
    const reply = await gateway.ask('read', '/v3/kv/range', request, signal);
    if (revision === '0') revision = textOf((reply.header as Reply).revision);
    found.push(...keyValues(reply));
  }
  return found;
}
