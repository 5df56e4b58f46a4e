import type { Json } from '../event.ts';
import { canonicalJson } from '../dictionary.ts';
import type { EventDraft } from './jsonl-scan.ts';
import type { Record } from './records.ts';

/** Which values are `[key value]`: those of records that name a key besides, every client's, or none. */
export type Tuples = 'of-keyed' | 'of-all' | 'none';

/**
 * Do the values carry the keys, as `[key value]`? So Jepsen's `independent` writes them, as plain vectors: nothing
 * but the shape of the whole history tells a tuple from a value that is a pair. They do when either
 *
 * - records name a key besides, and every such record's value is a pair that begins with it; or
 * - no record names a key, every invocation's value is a pair (of a cas: `[key [old new]]`, of a transaction:
 *   `[key [operations]]`), and at least one could be nothing else: a read `[key nil]`, such a cas or transaction.
 */
export function tuplesIn(clients: readonly Record[]): Tuples {
  const keyed = clients.filter(({ key }) => key !== undefined && key !== null);
  if (keyed.length > 0) {
    const begins = ({ key, value }: Record): boolean =>
      isPair(value) && canonicalJson(value[0]) === canonicalJson(key as Json);
    return keyed.every(begins) ? 'of-keyed' : 'none';
  }
  const invocations = clients.filter(({ type }) => type === 'invoke' || type === ':invoke');
  return invocations.every(couldBeTuple) && invocations.some(mustBeTuple) ? 'of-all' : 'none';
}

function couldBeTuple(record: Record): boolean {
  const { f, value } = record;
  if (!isPair(value)) return false;
  return f === 'cas' || f === 'txn' || f === 'read' ? mustBeTuple(record) : true;
}

function mustBeTuple({ f, value }: Record): boolean {
  if (!isPair(value)) return false;
  const [key, inner] = value;
  if (f === 'read') return inner === null;
  if (f === 'cas') return isPair(inner);
  return (
    f === 'txn' && !Array.isArray(key) && Array.isArray(inner) && inner.every((part) => Array.isArray(part))
  );
}

/** Moves the key from a tuple to where it belongs. A value that is none (an odd completion) is left alone. */
export function splitTuple(draft: EventDraft): void {
  if (!isPair(draft.value)) return;
  [draft.key, draft.value] = draft.value;
}

function isPair(value: Json): value is readonly [Json, Json] {
  return Array.isArray(value) && value.length === 2;
}
