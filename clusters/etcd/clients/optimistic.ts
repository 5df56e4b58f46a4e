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
  const success = ranges(keys, serializable);
  return shown(await gateway.ask('read', '/v3/kv/txn', { success }, signal));
}

/**
 * Makes what follows from `keys` (in `change`), if nobody has changed any of them since they were read. A comparison
 * that fails has changed nothing, and answers with what is there now: it is safe to try again on that, until the
 * operation's time is over. An answer that is lost is never asked for again. With nothing to put, what was read is
 * answered: it stood so at one revision.
 * https://etcd.io/docs/v3.5/learning/api/#transaction
 */
export async function update<T>(
  gateway: Gateway,
  keys: readonly string[],
  change: (seen: Snapshot) => Change<T>,
  signal: AbortSignal,
): Promise<T> {
  let seen = await snapshot(gateway, keys, false, signal);
  for (;;) {
    const { puts, answer } = change(seen);
    if (puts.size === 0) return answer;
    const compare = unchanged(keys, seen);
    const success = [...puts].map(([key, value]) => request(key, value));
    const body = { compare, success, failure: ranges(keys, false) };
    const reply = await gateway.ask('write', '/v3/kv/txn', body, signal);
    if (reply.succeeded === true) return answer;
    seen = shown(reply);
  }
}

function ranges(keys: readonly string[], serializable: boolean): Reply[] {
  return keys.map((key) => ({ request_range: { key: base64(key), serializable } }));
}

function shown({ responses }: Reply): Snapshot {
  const found = (responses as readonly Reply[]).flatMap((each) => keyValues(each.response_range));
  return new Map(found.map((each) => [each.key, each]));
}

function unchanged(keys: readonly string[], seen: Snapshot): Reply[] {
  return keys.map((key) => {
    const found = seen.get(key);
    return found === undefined ? absent(key) : modifiedAt(key, found.modified);
  });
}

function request(key: string, value: string | null): Reply {
  return value === null
    ? { request_delete_range: { key: base64(key) } }
    : { request_put: { key: base64(key), value: base64(value) } };
}
