import { int32 } from './growable.ts';
import { identityOf } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import { FAIL } from '../../harness/history/history.ts';
import { WRITE, isWriting, type Transactions } from './micro.ts';

/**
 * Finds the micro-operation that wrote a value to a key: a hash table of (key, value) with open addressing.
 *
 * `clashes` keys on which two transactions that may both have committed wrote one value, and the two micro-operations:
 * which of them a read saw cannot be said. A failed write gives way to one that may have happened.
 */
export class Writes {
  readonly clashes = new Map<number, readonly [number, number]>();
  readonly #transactions: Transactions;
  readonly #slots: Int32Array;
  readonly #ids: Int32Array;
  readonly #mask: number;
  readonly #others = new Map<unknown, number>();

  constructor(transactions: Transactions) {
    this.#transactions = transactions;
    const { kind, key, values, owner, status } = transactions;
    let count = 0;
    for (const what of kind) if (isWriting(what)) count++;
    const size = 2 ** Math.ceil(Math.log2(Math.max(4, count * 2)));
    this.#mask = size - 1;
    this.#slots = int32(size).fill(-1);
    this.#ids = int32(kind.length);
    for (let m = 0; m < kind.length; m++) {
      // Deletes write nothing that a read could name.
      if (!isWriting(kind[m]) || (kind[m] === WRITE && values[m] === null)) continue;
      const id = this.#idOf(values[m], true);
      this.#ids[m] = id;
      const slot = this.#slot(key[m], id);
      const known = this.#slots[slot];
      if (known < 0) this.#slots[slot] = m;
      else if (status[owner[known]] === FAIL) this.#slots[slot] = m;
      else if (status[owner[m]] !== FAIL && !this.clashes.has(key[m])) this.clashes.set(key[m], [known, m]);
    }
  }

  /** The micro-operation that wrote `value` to key number `key`, -1 if there is none. */
  writerOf(key: number, value: Json): number {
    const id = this.#idOf(value, false);
    return id === UNKNOWN ? -1 : this.#slots[this.#slot(key, id)];
  }

  #slot(key: number, id: number): number {
    const columns = this.#transactions;
    let slot = (Math.imul(key, 0x9e3779b1) ^ Math.imul(id + 0x7f4a7c15, 0x85ebca6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & this.#mask;
    for (;;) {
      const m = this.#slots[slot];
      if (m < 0 || (this.#ids[m] === id && columns.key[m] === key)) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }

  /** Small integers stand for themselves; everything else is interned as a negative number. */
  #idOf(value: Json, add: boolean): number {
    if (typeof value === 'number' && value >= 0 && value < 0x40000000 && Number.isInteger(value))
      return value;
    const identity = identityOf(value);
    const known = this.#others.get(identity);
    if (known !== undefined) return known;
    if (!add) return UNKNOWN;
    const id = -1 - this.#others.size;
    this.#others.set(identity, id);
    return id;
  }
}

const UNKNOWN = 0x7fffffff;

/** Equality of values as JSON. */
export function sameValue(a: Json, b: Json): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && identityOf(a) === identityOf(b));
}
