import type { Json } from '../../harness/history/event.ts';
import { FAIL } from '../../harness/history/history.ts';
import { witnessOf, type FoldedFindings } from '../fold.ts';
import { listOf, type ListVersions } from './list-versions.ts';
import type { Transactions } from './micro.ts';
import { Words } from './words.ts';
import type { Writes } from './writes.ts';

/** Findings about single reads of lists, in words. */
export class ListReports {
  readonly #transactions: Transactions;
  readonly #versions: ListVersions;
  readonly #writes: Writes;
  readonly #findings: FoldedFindings;
  readonly #words: Words;

  constructor(transactions: Transactions, versions: ListVersions, writes: Writes, findings: FoldedFindings) {
    this.#transactions = transactions;
    this.#versions = versions;
    this.#writes = writes;
    this.#findings = findings;
    this.#words = new Words(transactions);
  }

  future(read: number, append: number): void {
    const w = this.#words;
    this.#add(
      'future-read',
      read,
      [read],
      () => `${w.did(read)}, which holds ${w.value(append)} that it appended only afterwards`,
    );
  }

  incompatible(read: number, list: readonly Json[], agreed: number): void {
    const w = this.#words;
    const other = this.#versions.longestRead[this.#transactions.key[read]];
    this.#add('incompatible-order', read, [read, other], () => {
      const duplicate = list.findIndex((e, i) => list.indexOf(e) < i);
      return duplicate >= 0 && agreed <= duplicate
        ? `${w.did(read)}, but ${w.did(other)}: neither is a prefix of the other`
        : `${w.did(read)}, but ${w.did(other)}: they differ at element ${agreed + 1}, so no one order of appends explains both`;
    });
    const dup = this.#duplicateIn(list);
    if (dup !== null) this.#reportDuplicate(read, dup);
    for (const element of list.slice(agreed)) {
      const writer = this.#writes.writerOf(this.#transactions.key[read], element);
      if (writer < 0) this.unwritten(read, element);
      else if (this.#transactions.status[this.#transactions.owner[writer]] === FAIL)
        this.aborted(read, writer);
    }
  }

  reordered(read: number, first: number, second: number): void {
    const w = this.#words;
    this.#add(
      'incompatible-order',
      read,
      [first, read],
      () =>
        `${w.did(read)}, with ${w.value(first)} after ${w.value(second)}, which ${w.event(first)} appended in the other order`,
    );
  }

  torn(read: number, missing: number, shown: number): void {
    const w = this.#words;
    this.#add(
      'incompatible-order',
      read,
      [missing, read],
      () =>
        `${w.did(read)}, with ${w.value(shown)} but without ${w.value(missing)}, which ${w.event(shown)} had appended before it`,
    );
  }

  aborted(read: number, append: number): void {
    const w = this.#words;
    this.#add(
      'G1a',
      read,
      [append, read],
      () => `${w.did(read)}, but ${w.event(append)}, which appended ${w.value(append)}, failed`,
    );
  }

  unwritten(read: number, element: Json): void {
    const w = this.#words;
    this.#add(
      'unwritten-read',
      read,
      [read],
      () => `${w.did(read)}, but nobody appended ${JSON.stringify(element)}`,
    );
  }

  intermediate(read: number, writer: number, final: number): void {
    const w = this.#words;
    this.#add(
      'G1b',
      read,
      [writer, read],
      () =>
        `${w.did(read)}, a version in the middle of ${w.event(writer)}, which went on to append ${w.value(final)}`,
    );
  }

  ownMissing(read: number, own: number): void {
    const w = this.#words;
    this.#add(
      'internal',
      read,
      [read],
      () => `${w.did(read)} after it had itself appended ${w.value(own)}, which should be at the end`,
    );
  }

  changed(before: number, read: number): void {
    const w = this.#words;
    this.#add(
      'internal',
      read,
      [read],
      () => `${w.did(before)}, and then ${w.list(read)}: what others appended changed within one transaction`,
    );
  }

  duplicate(read: number, append: number, once: number, again: number): void {
    const w = this.#words;
    this.#add(
      'duplicate-elements',
      read,
      [append, read],
      () => `${w.did(read)}, in which ${w.value(append)} is both element ${once + 1} and ${again + 1}`,
    );
  }

  dirtyUpdate(read: number, dirty: number, clean: number): void {
    const w = this.#words;
    this.#add(
      'dirty-update',
      read,
      [dirty, clean, read],
      () =>
        `${w.did(read)}: ${w.event(clean)} committed ${w.value(clean)} on top of ${w.value(dirty)}, ` +
        `although ${w.event(dirty)}, which appended it, failed`,
    );
  }

  #duplicateIn(list: readonly Json[]): readonly [number, number] | null {
    const seen = new Map<Json, number>();
    for (const [i, element] of list.entries()) {
      const once = seen.get(element);
      if (once !== undefined) return [once, i];
      seen.set(element, i);
    }
    return null;
  }

  #reportDuplicate(read: number, [once, again]: readonly [number, number]): void {
    const append = this.#writes.writerOf(
      this.#transactions.key[read],
      listOf(this.#transactions.values[read])[once],
    );
    if (append >= 0) this.duplicate(read, append, once, again);
  }

  #add(name: string, at: number, involved: readonly number[], sentence: () => string): void {
    const key = this.#transactions.keys[this.#transactions.key[at]];
    this.#findings.add(name, true, key, () => ({
      witness: witnessOf(...involved.map((m) => this.#words.index(m))),
      explanation: `${sentence()}.`,
      evidence: { transactions: this.#words.transactions(involved) },
    }));
  }
}
