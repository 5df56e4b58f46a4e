import type { ClusterNode } from './node.ts';
import { rangesOf, slotOf, type Range } from './slots.ts';

/**
 * Who leads which slots, as some node says. Every process has its own: it is fetched when it is first needed, mended by
 * redirections, and fetched again, from the next node in turn, when it led somewhere that cannot be.
 */
export class SlotMap {
  readonly #nodes: readonly ClusterNode[];
  #turn: number;
  #ranges: readonly Range[] | null = null;
  readonly #mended = new Map<number, string>();

  constructor(nodes: readonly ClusterNode[], process: number) {
    this.#nodes = nodes;
    this.#turn = process;
  }

  /** The node that leads the slot of `key`, as far as is known; null when nobody knows. */
  async leaderOf(key: string): Promise<ClusterNode | null> {
    const slot = slotOf(key);
    this.#ranges ??= await this.#fetch();
    const mended = this.#mended.get(slot);
    const address = mended ?? this.#ranges?.find(({ from, to }) => from <= slot && slot <= to)?.leader;
    return address === undefined ? null : this.at(address);
  }

  /** The node at an address as it stands in redirections; null when it is none of ours. */
  at(address: string): ClusterNode | null {
    return this.#nodes.find((node) => node.address.host === address) ?? null;
  }

  /** A redirection: this slot is led from there now. */
  moved(slot: number, address: string): void {
    this.#mended.set(slot, address);
  }

  /** What is known is wrong. */
  forget(): void {
    this.#ranges = null;
    this.#mended.clear();
  }

  async #fetch(): Promise<readonly Range[] | null> {
    for (let i = 0; i < this.#nodes.length; i++) {
      const node = this.#nodes[this.#turn++ % this.#nodes.length];
      const ranges = rangesOf(await node.ask(['CLUSTER', 'SLOTS'], 500));
      if (ranges.length > 0) return ranges;
    }
    return null;
  }
}
