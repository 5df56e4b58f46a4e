// What the weak models look at: who read whose version, who wrote what, and nothing about lists or registers.
import { FAIL, OK } from '../../../harness/history/history.ts';
import { Column, int32 } from '../growable.ts';
import { LIST, REGISTER, type KeyKinds } from '../kinds.ts';
import { NO_VERSION } from '../list-reads.ts';
import type { ListVersions } from '../list-versions.ts';
import { MISS, READ, isWriting, type Transactions } from '../micro.ts';
import { sameValue } from '../writes.ts';
import { INITIAL, type Registers } from '../registers.ts';

/** A read that saw nothing of others, or of which that cannot be told. */
export const NOTHING = -1;
export { INITIAL };

/**
 * - `seen[m]` of an external read the transaction that installed the version it saw, {@link INITIAL}, or {@link NOTHING}
 * - `written[offset[t] … offset[t + 1] - 1]` the keys that transaction t installed a version of, ascending; none if it
 *   failed or cannot be known to have committed
 *
 * Of a list only its last element counts as seen, as if the list were a register that holds it.
 */
export interface Observations {
  readonly seen: Int32Array;
  readonly offset: Int32Array;
  readonly written: Int32Array;
}

export function observationsOf(
  transactions: Transactions,
  kinds: KeyKinds,
  versions: ListVersions,
  version: Int32Array,
  registers: Registers,
): Observations {
  const { kind, key, owner, status } = transactions;
  const { offset: base, order } = versions;
  const seen = int32(kind.length).fill(NOTHING);
  /** The last operation on each register, by whatever transaction, but for looks that say no more than one before. */
  const previous = int32(transactions.keys.length).fill(-1);
  const later = new Set(registers.later);
  for (let m = 0; m < kind.length; m++) {
    const k = key[m];
    const before = previous[k];
    const isAgain = before >= 0 && owner[before] === owner[m] && kind[before] === READ;
    if (kind[m] !== MISS || !isAgain) previous[k] = m;
    if (isWriting(kind[m])) continue;
    if (kinds.of[k] === REGISTER) {
      const source = registers.source[m];
      if (source >= 0 || source === INITIAL) seen[m] = source === INITIAL ? INITIAL : owner[source];
      // A key that is read again says nothing new of its version, but that it was still seen so late.
      else if (isAgain && (kind[m] === MISS ? !later.has(m) : isSame(before, m))) seen[m] = seen[before];
    } else if (kinds.of[k] === LIST && version[m] !== NO_VERSION) {
      let place = version[m] - 1;
      while (place >= 0 && failed(order[base[k] + place])) place--;
      seen[m] = place < 0 ? INITIAL : owner[order[base[k] + place]];
    }
  }
  return { seen, ...writtenKeys(transactions, kinds, seen) };

  function isSame(read: number, again: number): boolean {
    return sameValue(transactions.values[read], transactions.values[again]);
  }

  function failed(append: number): boolean {
    return append < 0 || status[owner[append]] === FAIL;
  }
}

function writtenKeys(
  { count, first, kind, key, status }: Transactions,
  kinds: KeyKinds,
  seen: Int32Array,
): Pick<Observations, 'offset' | 'written'> {
  const observed = new Uint8Array(count);
  for (const writer of seen) if (writer >= 0) observed[writer] = 1;
  const offset = int32(count + 1);
  const written = new Column(Math.max(64, kind.length >> 1));
  for (let t = 0; t < count; t++) {
    offset[t] = written.length;
    if (status[t] !== OK && observed[t] === 0) continue;
    const begin = written.length;
    for (let m = first[t]; m < first[t + 1]; m++)
      if (isWriting(kind[m]) && (kinds.of[key[m]] === LIST || kinds.of[key[m]] === REGISTER))
        insert(written, begin, key[m]);
  }
  offset[count] = written.length;
  return { offset, written: written.data.subarray(0, written.length) };
}

/** Keeps what lies from `begin` on ascending and without repetition. */
function insert(column: Column, begin: number, value: number): void {
  let at = column.length;
  while (at > begin && column.data[at - 1] > value) at--;
  if (at > begin && column.data[at - 1] === value) return;
  column.push(value);
  column.data.copyWithin(at + 1, at, column.length - 1);
  column.data[at] = value;
}

/** Did transaction `t` install a version of the key? O(log of its writes). */
export function installs({ offset, written }: Observations, t: number, key: number): boolean {
  let low = offset[t];
  let high = offset[t + 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (written[middle] < key) low = middle + 1;
    else high = middle;
  }
  return low < offset[t + 1] && written[low] === key;
}
