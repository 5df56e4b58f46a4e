import type { Json } from '../../../harness/history/event.ts';
import { fitting, microOperations, onlyReads, type MicroOperation } from '../../kit/micro-operations.ts';
import { snapshot, update, type Change, type Snapshot } from './optimistic.ts';
import { jsonText, unknownOperation, type Planner } from './plan.ts';

/**
 * `transaction`: etcd has none that computes, so what is read is read at one revision, and what follows is put if none
 * of it has changed since. A key holds a register's value or a list. One that only reads is one request; one that only
 * writes compares nothing.
 */
export function transaction(serializable: boolean): Planner {
  return {
    plan: ({ f, value }) => {
      if (f !== 'txn') throw unknownOperation('transaction', f);
      const steps = microOperations(value);
      const keys = keysRead(steps);
      return onlyReads(steps)
        ? async (gateway, signal) =>
            carriedOut(steps, await snapshot(gateway, keys, serializable, signal)).answer
        : (gateway, signal) => update(gateway, keys, (seen) => carriedOut(steps, seen), signal);
    },
  };
}

function keyOf(key: Json): string {
  return `transaction/${jsonText(key)}`;
}

/** Keys whose values decide what the transaction does or answers: to append is to read, and so is to delete. */
export function keysRead(steps: readonly MicroOperation[]): string[] {
  const read = steps.flatMap(([kind, key, value]) => {
    if (kind === 'rp') return key.keys.map(keyOf);
    return kind === 'w' && value !== null ? [] : [keyOf(key)];
  });
  return [...new Set(read)];
}

/** The micro-operations one after the other on what was there, with what each answers and what each key holds then. */
export function carriedOut(steps: readonly MicroOperation[], seen: Snapshot): Change<Json> {
  const written = new Map<string, Json>();
  const holds = (key: string): Json => {
    if (written.has(key)) return written.get(key) ?? null;
    const found = seen.get(key);
    return found === undefined ? null : (JSON.parse(found.value) as Json);
  };
  const answer = steps.map((step): Json => {
    if (step[0] === 'rp') return ['rp', step[1], fitting(step[1], (key) => holds(keyOf(key)))];
    const [kind, key, value] = step;
    const k = keyOf(key);
    const found = kind === 'w' && value !== null ? null : holds(k);
    if (kind === 'r') return ['r', key, found];
    // Who deletes what is not there has written nothing: it has seen that it is not there.
    if (kind === 'w' && value === null && found === null) return ['r', key, null];
    written.set(k, kind === 'append' ? appended(found, value) : value);
    return [kind, key, value];
  });
  const puts = [...written].map(([k, value]) => [k, value === null ? null : jsonText(value)] as const);
  return { puts: new Map(puts), answer };
}

function appended(list: Json, element: Json): Json {
  return list === null ? [element] : [...(Array.isArray(list) ? (list as readonly Json[]) : [list]), element];
}
