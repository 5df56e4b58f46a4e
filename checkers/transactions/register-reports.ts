import type { Json } from '../../harness/history/event.ts';
import { witnessOf, type FoldedFindings } from '../fold.ts';
import type { Transactions } from './micro.ts';
import type { Update } from './registers.ts';
import { Words } from './words.ts';

/** Findings about single reads and lost updates, in words. */
export class RegisterReports {
  readonly #transactions: Transactions;
  readonly #findings: FoldedFindings;
  readonly #words: Words;

  constructor(transactions: Transactions, findings: FoldedFindings) {
    this.#transactions = transactions;
    this.#findings = findings;
    this.#words = new Words(transactions);
  }

  internal(known: number, read: number): void {
    const w = this.#words;
    this.#add('internal', read, [read], () => `${w.did(known)}, and then ${w.saw(read)}`);
  }

  unwritten(read: number): void {
    this.#add('unwritten-read', read, [read], () => `${this.#words.did(read)}, but nobody wrote that`);
  }

  aborted(read: number, write: number): void {
    const w = this.#words;
    this.#add(
      'G1a',
      read,
      [write, read],
      () => `${w.did(read)}, but ${w.event(write)}, which wrote it, failed`,
    );
  }

  future(read: number, write: number): void {
    const w = this.#words;
    this.#add('future-read', read, [read], () => `${w.did(read)} before it ${w.wrote(write)} itself`);
  }

  intermediate(read: number, write: number, final: number): void {
    const w = this.#words;
    this.#add(
      'G1b',
      read,
      [write, read],
      () => `${w.did(read)}, a version in the middle of ${w.event(write)}, which then ${w.wrote(final)}`,
    );
  }

  circle(updates: readonly Update[]): void {
    const w = this.#words;
    const steps = updates.map(({ read, update }) => `${w.did(read)} and ${w.wrote(update)}`);
    this.#add(
      'cyclic-versions',
      updates[0].read,
      updates.map(({ update }) => update),
      () => `The versions of ${w.key(updates[0].read)} follow each other in a circle: ${steps.join('; ')}`,
    );
  }

  lost(updates: readonly Update[]): void {
    const w = this.#words;
    const [a, b] = updates;
    this.#add(
      'lost-update',
      a.read,
      [a.update, b.update],
      () =>
        `${w.event(a.read)} and ${w.event(b.read)} both read ${w.key(a.read)} = ${w.list(a.read)}; then ` +
        `${w.event(a.update)} ${w.wrote(a.update)} and ${w.event(b.update)} ${w.wrote(b.update)}, neither having seen the other`,
    );
  }

  #add(name: string, at: number, involved: readonly number[], sentence: () => string): void {
    const on: Json = this.#transactions.keys[this.#transactions.key[at]];
    this.#findings.add(name, true, on, () => ({
      witness: witnessOf(...involved.map((m) => this.#words.index(m))),
      explanation: `${sentence()}.`,
      evidence: { transactions: this.#words.transactions(involved) },
    }));
  }
}
