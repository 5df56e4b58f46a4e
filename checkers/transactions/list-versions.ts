import { int32 } from './growable.ts';
import type { Json } from '../../harness/history/event.ts';
import { OK } from '../../harness/history/history.ts';
import { LIST, type KeyKinds } from './kinds.ts';
import { READ, type Transactions } from './micro.ts';
import { sameValue, type Writes } from './writes.ts';

/**
 * The order of versions of every list key: its longest read, which every other read must be a prefix of.
 *
 * - `longest[k]` the elements as they were read (not a copy), `longestRead[k]` the micro-operation that read them, -1
 *   if none did; the version with `n` elements is "version n"
 * - `order[offset[k] + i]` the micro-operation that appended the element at place i, -1 if nobody did; each key has
 *   one slot more than elements
 * - `position[m]` the place of the element that `m` appended, -1 if no read shows it
 * - `trusted[k]` how many elements of that order are beyond dispute: less than all of them when two reads disagree
 */
export interface ListVersions {
  readonly longest: readonly (readonly Json[])[];
  readonly longestRead: Int32Array;
  readonly offset: Int32Array;
  readonly order: Int32Array;
  readonly position: Int32Array;
  readonly trusted: Int32Array;
}

const NO_ELEMENTS: readonly Json[] = [];

export function listVersions(transactions: Transactions, kinds: KeyKinds, writes: Writes): ListVersions {
  const { keys, kind, key, values, owner, status } = transactions;
  const longest: (readonly Json[])[] = keys.map(() => NO_ELEMENTS);
  const longestRead = int32(keys.length).fill(-1);
  for (let m = 0; m < kind.length; m++) {
    if (kind[m] !== READ || kinds.of[key[m]] !== LIST || status[owner[m]] !== OK) continue;
    const list = listOf(values[m]);
    if (list.length <= longest[key[m]].length) continue;
    longest[key[m]] = list;
    longestRead[key[m]] = m;
  }
  const offset = int32(keys.length + 1);
  for (let k = 0; k < keys.length; k++) offset[k + 1] = offset[k] + longest[k].length + 1;
  const order = int32(offset[keys.length]).fill(-1);
  const position = int32(kind.length).fill(-1);
  const trusted = int32(keys.length);
  for (let k = 0; k < keys.length; k++) {
    const list = longest[k];
    trusted[k] = list.length;
    for (let i = 0; i < list.length; i++) {
      const m = writes.writerOf(k, list[i]);
      order[offset[k] + i] = m;
      if (m < 0) continue;
      if (position[m] < 0) position[m] = i;
      // An element that occurs twice: the order up to its second place still stands.
      else if (trusted[k] > i) trusted[k] = i;
    }
  }
  return { longest, longestRead, offset, order, position, trusted };
}

/** The elements that a read returned; null is the empty list. */
export function listOf(value: Json): readonly Json[] {
  return value === null ? NO_ELEMENTS : (value as readonly Json[]);
}

/** How many elements two lists have in common from the start. */
export function commonPrefix(a: readonly Json[], b: readonly Json[]): number {
  const limit = Math.min(a.length, b.length);
  let i = 0;
  while (i < limit && (a[i] === b[i] || sameValue(a[i], b[i]))) i++;
  return i;
}
