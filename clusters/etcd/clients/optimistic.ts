import { base64, type Gateway, type Reply } from '../gateway.ts';
import { absent, keyValues, modifiedAt, type KeyValue } from './plan.ts';

/** Keys as they stood at one revision; one that was absent is not among them. */
export type Snapshot = ReadonlyMap<string, KeyValue>;

export interface Change<T> {
  /** New values of keys, null for those that go. */
  readonly puts: ReadonlyMap<string, string | null>;
  readonly answer: T;
}

/** All of these in one request, so at one revision. */
export async function snapshot(
  gateway: Gateway,
  keys: readonly string[],
  serializable: boolean,
  signal: AbortSignal,
): Promise<Snapshot> {
  if (keys.length === 0) return new Map();
  const success = keys.map((key) => ({ request_range: { key: base64(key), serializable } }));
  const { responses } = await gateway.ask('read', '/v3/kv/txn', { success }, signal);
  const found = (responses as readonly Reply[]).flatMap((each) => keyValues(each.response_range));
  return new Map(found.map((each) => [each.key, each]));
}

/**
 * Makes what follows from `keys` (in `change`), if nobody has changed any of them since they were read. A comparison
 * that fails has changed nothing, so that it is safe to look again, until the operation's time is over; an answer that
 * is lost is never asked for again. With nothing to put, what was read is answered: it stood so at one revision.
 * https://etcd.io/docs/v3.5/learning/api/#transaction
 */
export async function update<T>(
  gateway: Gateway,
  keys: readonly string[],
  change: (seen: Snapshot) => Change<T>,
  signal: AbortSignal,
): Promise<T> {
  for (;;) {
    const seen = await snapshot(gateway, keys, false, signal);
    const { puts, answer } = change(seen);
    if (puts.size === 0) return answer;
    const compare = keys.map((key) => unchanged(key, seen.get(key)));
    const body = { compare, success: [...puts].map(([key, value]) => request(key, value)) };
    const { succeeded } = await gateway.ask('write', '/v3/kv/txn', body, signal);
    if (succeeded === true) return answer;
  }
}

function unchanged(key: string, seen: KeyValue | undefined): Reply {
  return seen === undefined ? absent(key) : modifiedAt(key, seen.modified);
}

function request(key: string, value: string | null): Reply {
  return value === null
    ? { request_delete_range: { key: base64(key) } }
    : { request_put: { key: base64(key), value: base64(value) } };
}
