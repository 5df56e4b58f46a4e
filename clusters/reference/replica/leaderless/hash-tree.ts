import { hash32 } from '../hash.ts';

export const FAN_OUT = 16;
/** Levels beneath the root; the lowest one's nodes are leaves, which hold rows. */
export const DEPTH = 2;
const LEAVES = FAN_OUT * FAN_OUT;

/**
 * The hashes of a range's rows, summed up in a tree, so that two nodes find the rows in which they differ by comparing
 * few hashes (Merkle 1987; Dynamo, SOSP 2007, §4.7). A node's hash is the XOR of its rows' hashes: a changed row
 * changes one node a level. Trees that differ have equal roots once in 2^32.
 */
export class HashTree {
  readonly #levels = [new Uint32Array(1), new Uint32Array(FAN_OUT), new Uint32Array(LEAVES)];

  get root(): number {
    return this.#levels[0][0];
  }

  /** Adds a row's hash, or takes it out again. */
  toggle(leaf: number, hash: number): void {
    this.#levels[0][0] ^= hash;
    this.#levels[1][Math.floor(leaf / FAN_OUT)] ^= hash;
    this.#levels[2][leaf] ^= hash;
  }

  /** The hashes of a node's children. */
  children(level: number, index: number): readonly number[] {
    return [...this.#levels[level + 1].subarray(index * FAN_OUT, (index + 1) * FAN_OUT)];
  }

  static leafOf(table: string, key: string): number {
    return hash32(`${key}\u0000${table}`) % LEAVES;
  }
}
