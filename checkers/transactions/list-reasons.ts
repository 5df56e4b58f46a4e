import { OK } from '../../harness/history/history.ts';
import type { Reasons } from './explain.ts';
import { isRead, pairsOf } from './explain.ts';
import { WR, WW } from './graph.ts';
import { LIST, type KeyKinds } from './kinds.ts';
import { NO_VERSION } from './list-reads.ts';
import { listOf, type ListVersions } from './list-versions.ts';
import type { Transactions } from './micro.ts';
import { sameValue } from './writes.ts';
import { Words } from './words.ts';

/** Why transactions over lists depend on each other. Of several reasons, the one closest in the order of versions. */
export function listReasons(
  transactions: Transactions,
  kinds: KeyKinds,
  { position, trusted, longest }: ListVersions,
  version: Int32Array,
): Reasons {
  const { key, values, status } = transactions;
  const words = new Words(transactions);
  /** Places in the order; an append that no read shows comes after all. */
  const placeOf = (append: number): number =>
    position[append] < 0 ? longest[key[append]].length : position[append];
  /** Is the place of an append beyond dispute? */
  const settled = (append: number): boolean =>
    placeOf(append) < trusted[key[append]] ||
    (position[append] < 0 && trusted[key[append]] === longest[key[append]].length);
  const unseen = (append: number): string => (position[append] < 0 ? ', which no read shows yet' : '');

  function overwrote(from: number, to: number, type: number): string | null {
    let best: readonly [number, number] | null = null;
    for (const [a, b] of pairsOf(transactions, from, to)) {
      if (kinds.of[key[a]] !== LIST || isRead(transactions, a) || isRead(transactions, b)) continue;
      if (position[a] < 0 || placeOf(b) <= position[a] || !settled(a) || !settled(b)) continue;
      if (type === WW && position[b] < 0 && status[to] !== OK) continue;
      if (best === null || placeOf(b) - position[a] < placeOf(best[1]) - position[best[0]]) best = [a, b];
    }
    if (best === null) return null;
    const [a, b] = best;
    return `${words.did(a)}, and ${words.event(b)} appended ${words.value(b)} after it${unseen(b)}`;
  }

  function observed(from: number, to: number): string | null {
    let best: readonly [number, number] | null = null;
    for (const [a, b] of pairsOf(transactions, from, to)) {
      if (kinds.of[key[a]] !== LIST || isRead(transactions, a) || !isRead(transactions, b)) continue;
      const list = listOf(values[b]);
      const seen =
        version[b] === NO_VERSION
          ? list.length > 0 && sameValue(list[list.length - 1], values[a])
          : position[a] >= 0 && position[a] < version[b];
      if (seen && (best === null || position[a] > position[best[0]])) best = [a, b];
    }
    return best === null
      ? null
      : `${words.did(best[0])}, which ${words.event(best[1])} read: ${words.key(best[1])} = ${words.list(best[1])}`;
  }

  function missed(from: number, to: number): string | null {
    let best: readonly [number, number] | null = null;
    for (const [a, b] of pairsOf(transactions, from, to)) {
      if (kinds.of[key[a]] !== LIST || !isRead(transactions, a) || isRead(transactions, b)) continue;
      if (version[a] === NO_VERSION || version[a] > trusted[key[a]] || placeOf(b) < version[a] || !settled(b))
        continue;
      if (best === null || placeOf(b) - version[a] < placeOf(best[1]) - version[best[0]]) best = [a, b];
    }
    if (best === null) return null;
    const [a, b] = best;
    return `${words.did(a)}, so it did not see ${words.value(b)}, which ${words.event(b)} appended`;
  }

  return {
    why: (from, to, type) => {
      if (type === WW) return overwrote(from, to, type);
      if (type === WR) return observed(from, to) ?? overwrote(from, to, type);
      return missed(from, to);
    },
  };
}
