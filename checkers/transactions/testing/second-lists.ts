// What lists tell of dependencies, pair by pair: the order of versions is the longest read.
import type { Json } from '../../../harness/history/event.ts';
import type { Txn } from './histories.ts';
import type { Dependency } from './second-engine.ts';

/** Dependencies between transactions, which are in the order of their invocations. */
export function listDependencies(ordered: readonly Txn[]): Dependency[] {
  const found: Dependency[] = [];
  const add = (from: number, to: number, type: Dependency['type']): void =>
    void found.push({ from, to, type, level: 0, predicate: false });
  const longest = new Map<Json, readonly Json[]>();
  const reads = ordered.flatMap((txn) =>
    isOk(txn) ? txn.micro.filter(([f, , value]) => f === 'r' && Array.isArray(value)) : [],
  );
  for (const [, key, list] of reads)
    if (listOf(list).length > (longest.get(key)?.length ?? 0)) longest.set(key, listOf(list));
  /** Versions of `key` that `txn` installed: places in the order; beyond its end when no read shows them. */
  const installed = (txn: Txn, key: Json): number[] =>
    txn.micro
      .filter(([f, on]) => f === 'append' && on === key)
      .map(([, , value]) => placeIn(longest.get(key) ?? [], value));
  const committed = ordered.filter(
    (txn) =>
      isOk(txn) ||
      (txn.type === 'info' && txn.micro.some(([, key]) => installed(txn, key).some(Number.isFinite))),
  );
  const keys = new Set(
    ordered.flatMap(({ micro }) => micro.flatMap(([f, key]) => (f === 'append' ? [key] : []))),
  );
  ordered.forEach((a, from) => {
    ordered.forEach((b, to) => {
      if (from === to) return;
      if (!committed.includes(a) || !committed.includes(b)) return;
      for (const key of keys) {
        const theirs = installed(b, key);
        if (installed(a, key).some((p) => theirs.some((q) => p < q)))
          add(from, to, isOk(b) || theirs.every(Number.isFinite) ? 'ww' : 'wr');
        if (isOk(b) && versionsRead(b, key).some((n) => installed(a, key).some((p) => p < n)))
          add(from, to, 'wr');
        if (isOk(a) && versionsRead(a, key).some((n) => theirs.some((q) => q >= n))) add(from, to, 'rw');
      }
    });
  });
  return found;
}

const isOk = ({ type = 'ok' }: Txn): boolean => type === 'ok';

const listOf = (value: Json): readonly Json[] => (value === null ? [] : (value as readonly Json[]));

function placeIn(order: readonly Json[], value: Json): number {
  const place = order.indexOf(value);
  return place < 0 ? Infinity : place;
}

/** How many elements of others each read of `key` showed. */
function versionsRead({ micro }: Txn, key: Json): number[] {
  let own = 0;
  return micro.flatMap(([f, on, value]) => {
    if (on !== key) return [];
    if (f === 'append') own++;
    return f === 'r' ? [listOf(value).length - own] : [];
  });
}
