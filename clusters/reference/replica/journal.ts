import type { Json } from '../../../harness/history/event.ts';
import type { Effect } from './types.ts';

/** What a replica has handed to its write-ahead log, and who waits until a crash can no longer undo it. */
export class Journal {
  readonly #append: (effect: Extract<Effect<never>, { kind: 'append' }>) => void;
  readonly #waiting: { readonly record: number; readonly then: () => void }[] = [];
  #head = 0;
  #appended = 0;
  #durable = 0;

  constructor(append: (effect: Extract<Effect<never>, { kind: 'append' }>) => void) {
    this.#append = append;
  }

  /** Appends, and calls `then` once the record is durable. */
  append(record: object, then: () => void): void {
    this.#append({ kind: 'append', record: record as Json });
    this.#waiting.push({ record: ++this.#appended, then });
  }

  /** Calls `then` once everything that was appended until now is durable: at once, if it is. */
  whenDurable(then: () => void): void {
    if (this.#durable >= this.#appended) then();
    else this.#waiting.push({ record: this.#appended, then });
  }

  /** The disk has so many of the records appended since the start. */
  onDurable(count: number): void {
    this.#durable = count;
    while (this.#head < this.#waiting.length && this.#waiting[this.#head].record <= count)
      this.#waiting[this.#head++].then();
    if (this.#head === this.#waiting.length) this.#waiting.length = this.#head = 0;
  }
}
