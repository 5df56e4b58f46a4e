import type { Json } from '../../harness/history/event.ts';
import { ValueCodes } from '../linearizability/operations.ts';
import { PairTable } from './pair-table.ts';

/** What a read saw, where it is not the operation that wrote the version. */
export const NOTHING = -1;
/** The value that the key held before any write. */
export const INITIAL = -2;
/** A value that several operations wrote: no version order can be argued from it. */
export const AMBIGUOUS = -3;
/** A value that nobody wrote. */
export const THIN_AIR = -4;
/** A value that only a failed write tried to write. */
export const FAILED_WRITE = -5;

/**
 * Which operation wrote which value of which key. Workloads count values up, so most are found in an array by the
 * value itself, which neighbours share a cache line of; whoever comes second to a place goes to a hash table.
 */
export class Versions {
  readonly #codes = new ValueCodes();
  readonly #mask: number;
  /** By place: the operation that came first, plus one. */
  readonly #near: Int32Array;
  readonly #key: Int32Array;
  readonly #code: Int32Array;
  readonly #repeated: Uint8Array;
  readonly #far = new PairTable();
  readonly #failed = new PairTable();
  readonly #initial: number;

  /** `key` of each operation, to be filled in before it is {@link written}; `initial` undefined if there is none. */
  constructor(key: Int32Array, initial: Json | undefined) {
    let capacity = 1024;
    while (capacity < key.length) capacity *= 2;
    this.#mask = capacity - 1;
    this.#near = new Int32Array(capacity);
    this.#key = key;
    this.#code = new Int32Array(key.length);
    this.#repeated = new Uint8Array(key.length);
    this.#initial = initial === undefined ? NaN : this.#codes.codeOf(initial);
  }

  written(op: number, value: Json): void {
    const code = this.#codes.codeOf(value);
    const key = this.#key[op];
    this.#code[op] = code;
    if (code === this.#initial) this.#repeated[op] = 1;
    const place = code & this.#mask;
    const first = this.#near[place] - 1;
    if (first < 0) {
      this.#near[place] = op + 1;
      return;
    }
    const known = this.#isVersion(first, key, code) ? first : this.#far.add(key, code, op);
    if (known >= 0) this.#repeated[known] = 1;
  }

  failed(key: number, value: Json): void {
    this.#failed.set(key, this.#codes.codeOf(value), 1);
  }

  /** The operation that wrote a value, or one of the constants above. */
  versionOf(key: number, value: Json): number {
    const code = this.#codes.codeOf(value);
    const first = this.#near[code & this.#mask] - 1;
    const op = first < 0 ? -1 : this.#isVersion(first, key, code) ? first : this.#far.get(key, code);
    if (op >= 0) return this.#repeated[op] ? AMBIGUOUS : op;
    if (code === this.#initial) return INITIAL;
    return this.#failed.get(key, code) === 1 ? FAILED_WRITE : THIN_AIR;
  }

  #isVersion(op: number, key: number, code: number): boolean {
    return this.#code[op] === code && this.#key[op] === key;
  }
}
