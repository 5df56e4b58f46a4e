// Dependencies of single micro-operations: what Adya's unfolded serialization graph (1999, §4.2) has for edges, and his
// cycles that are labelled with one object.
import { FAIL } from '../../../harness/history/history.ts';
import { LIST } from '../kinds.ts';
import { unobservedAppends } from '../list-edges.ts';
import { NO_VERSION } from '../list-reads.ts';
import { APPEND, isWriting } from '../micro.ts';
import type { Inferred } from '../polygraph/polygraph.ts';
import { INITIAL, NO_WRITE, updatesOf } from '../registers.ts';
import { NOTHING } from '../weak/observations.ts';

/** The order of versions of registers, and of those of lists that no read shows, as far as it is known. */
export interface VersionOrder {
  /** Are all versions of a key in one order? */
  readonly isTotal: boolean;
  /** The writers of the version after the one that the read saw: one, or several of which any may be it. */
  readonly after: (read: number) => readonly number[];
  /** The writers of the first of them of a key. */
  readonly first: (key: number) => readonly number[];
  /** The writers of the version before the one that a transaction's last write to a key installed. */
  readonly before: (write: number) => readonly number[];
}

/** Micro-operations and the transactions that they depend on, or that depend on them because they were missed. */
export class EventDependencies {
  readonly #inferred: Inferred;
  readonly #order: VersionOrder;
  readonly #unobserved: readonly (readonly number[])[];

  constructor(inferred: Inferred, order: VersionOrder) {
    this.#inferred = inferred;
    this.#order = order;
    const { transactions, kinds, lists } = inferred;
    this.#unobserved = unobservedAppends(transactions, kinds, lists);
  }

  /** Transactions that `m` read from, or overwrote. A transaction overwrites with its last write to a key. */
  enters(m: number): readonly number[] {
    const { transactions, observations, kinds } = this.#inferred;
    const { kind, key, owner } = transactions;
    const t = owner[m];
    if (!isWriting(kind[m])) return observations.seen[m] < 0 ? [] : [observations.seen[m]];
    const found = kinds.of[key[m]] === LIST ? this.#overwritten(m) : this.#order.before(m);
    return found.filter((writer) => writer !== t);
  }

  /** Transactions that wrote the version after the one that the read `m` saw. */
  missed(m: number): readonly number[] {
    const { transactions, observations, kinds } = this.#inferred;
    const { kind, key, owner } = transactions;
    if (isWriting(kind[m]) || observations.seen[m] === NOTHING) return [];
    if (kinds.of[key[m]] === LIST) return this.#next(m).filter((writer) => writer !== owner[m]);
    const read = this.firstOf(m);
    return read < 0 ? [] : this.#order.after(read).filter((writer) => writer !== owner[m]);
  }

  /** The writer of the version after the one that `read` saw, if it certainly is before the one that `write`, of the same transaction, installed; else -1. */
  between(read: number, write: number): number {
    const { transactions, lists, kinds, version } = this.#inferred;
    const { key, owner } = transactions;
    const k = key[read];
    if (kinds.of[k] !== LIST) return this.#order.isTotal ? (this.missed(read)[0] ?? -1) : -1;
    if (version[read] === NO_VERSION) return -1;
    const own = lists.position[write] < 0 ? lists.longest[k].length : lists.position[write];
    for (let place = version[read]; place < Math.min(own, lists.trusted[k]); place++) {
      const writer = this.#installed(lists.offset[k] + place);
      if (writer === owner[write]) return -1;
      if (writer >= 0) return writer;
    }
    if (own < lists.longest[k].length || lists.trusted[k] < own) return -1;
    return this.#order.first(k).find((writer) => writer !== owner[write]) ?? -1;
  }

  /** A register that is read again was seen as it was the first time: that read, -1 if it tells nothing. */
  firstOf(again: number): number {
    const { transactions, registers } = this.#inferred;
    const { key, owner, first } = transactions;
    for (let m = again; m >= first[owner[again]]; m--)
      if (key[m] === key[again] && registers.source[m] !== NO_WRITE) return m;
    return -1;
  }

  #overwritten(append: number): readonly number[] {
    const { transactions, lists } = this.#inferred;
    const { key, owner, first, kind } = transactions;
    for (let m = append + 1; m < first[owner[append] + 1]; m++)
      if (kind[m] === APPEND && key[m] === key[append]) return [];
    const unseen = this.#order.before(append);
    if (unseen.length > 0) return unseen;
    const base = lists.offset[key[append]];
    let place = lists.position[append] < 0 ? lists.longest[key[append]].length : lists.position[append];
    while (--place >= 0) {
      const writer = this.#installed(base + place);
      if (writer >= 0 && writer !== owner[append]) return [writer];
    }
    return [];
  }

  #next(read: number): readonly number[] {
    const { transactions, lists, version } = this.#inferred;
    const k = transactions.key[read];
    if (version[read] === NO_VERSION || version[read] > lists.trusted[k]) return [];
    for (let place = version[read]; place < lists.trusted[k]; place++) {
      const writer = this.#installed(lists.offset[k] + place);
      if (writer >= 0) return [writer];
    }
    return lists.trusted[k] === lists.longest[k].length ? this.#unobserved[k] : [];
  }

  /** Who appended the element in a slot, if it did not fail. */
  #installed(slot: number): number {
    const { transactions, lists } = this.#inferred;
    const m = lists.order[slot];
    return m < 0 || transactions.status[transactions.owner[m]] === FAIL ? -1 : transactions.owner[m];
  }
}

/** What is certain of registers: every write follows the initial version, an update the version that it read. */
export function certainOrder({ transactions, registers, observations }: Inferred): VersionOrder {
  const { key, keys, owner, count } = transactions;
  const { source, final } = registers;
  const updates = updatesOf(transactions, source, final);
  const writers: number[][] = keys.map(() => []);
  for (let t = 0; t < count; t++)
    for (let i = observations.offset[t]; i < observations.offset[t + 1]; i++)
      writers[observations.written[i]].push(t);
  return {
    after: (read) => {
      if (source[read] === INITIAL) return writers[key[read]];
      if (source[read] < 0) return [];
      return (updates.get(final[source[read]]) ?? []).map(({ update }) => owner[update]);
    },
    before: () => [],
    first: () => [],
    isTotal: false,
  };
}
