import { hash32 } from '../hash.ts';

/**
 * Which nodes hold a row: the first `n` from where its hash falls on the ring of all nodes. A range is what begins at
 * one node; all its rows have the same nodes.
 */
export class Ring {
  readonly names: readonly string[];
  readonly n: number;
  /** By range: its nodes, then the others, in the order of the ring. */
  readonly #orders: readonly (readonly string[])[];

  constructor(names: readonly string[], n: number) {
    this.names = [...names].sort();
    this.n = n;
    this.#orders = this.names.map((_, i) => [...this.names.slice(i), ...this.names.slice(0, i)]);
  }

  rangeOf(table: string, key: string): number {
    return hash32(`${table}\u0000${key}`) % this.names.length;
  }

  /** The nodes of a range. */
  holders(range: number): readonly string[] {
    return this.#orders[range].slice(0, this.n);
  }

  /** Who takes over for them, in this order, where quorums are sloppy. */
  substitutes(range: number): readonly string[] {
    return this.#orders[range].slice(this.n);
  }

  /** The ranges that both hold. */
  shared(a: string, b: string): readonly number[] {
    return [...this.names.keys()].filter((range) => {
      const holders = this.holders(range);
      return holders.includes(a) && holders.includes(b);
    });
  }
}
