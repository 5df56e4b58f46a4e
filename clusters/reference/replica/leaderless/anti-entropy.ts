import type { AntiEntropyMessage } from './messages.ts';
import { DEPTH, FAN_OUT } from './hash-tree.ts';
import type { Ring } from './ring.ts';
import type { Storage } from './storage.ts';

/**
 * Compares trees with a peer, level by level, only where they differ, and exchanges the rows of leaves that differ.
 * Nothing is remembered between messages: one that is lost costs a round.
 */
export class AntiEntropy {
  readonly #name: string;
  readonly #ring: Ring;
  readonly #storage: Storage;
  readonly #send: (to: string, message: AntiEntropyMessage) => void;
  readonly #differ: () => void;

  constructor(
    name: string,
    ring: Ring,
    storage: Storage,
    send: (to: string, message: AntiEntropyMessage) => void,
    differ: () => void,
  ) {
    this.#name = name;
    this.#ring = ring;
    this.#storage = storage;
    this.#send = send;
    this.#differ = differ;
  }

  begin(peer: string): void {
    const roots = this.#ring
      .shared(this.#name, peer)
      .map((range) => [range, this.#storage.tree(range).root] as const);
    if (roots.length > 0) this.#send(peer, { type: 'roots', roots });
  }

  take(from: string, message: AntiEntropyMessage): void {
    switch (message.type) {
      case 'roots':
        for (const [range, root] of message.roots)
          if (this.#storage.tree(range).root !== root) {
            this.#differ();
            this.#branch(from, range, 0, 0);
          }
        break;
      case 'branch': {
        const { range, level, index, hashes } = message;
        const own = this.#storage.tree(range).children(level, index);
        for (const [i, hash] of hashes.entries())
          if (hash !== own[i]) this.#descend(from, range, level + 1, index * FAN_OUT + i);
        break;
      }
      case 'leaf':
        if (message.answer) this.#leaf(from, message.range, message.leaf, false);
        for (const update of message.updates) this.#storage.store(update, () => undefined);
        break;
    }
  }

  #descend(to: string, range: number, level: number, index: number): void {
    if (level === DEPTH) this.#leaf(to, range, index, true);
    else this.#branch(to, range, level, index);
  }

  #branch(to: string, range: number, level: number, index: number): void {
    const hashes = this.#storage.tree(range).children(level, index);
    this.#send(to, { type: 'branch', range, level, index, hashes });
  }

  #leaf(to: string, range: number, leaf: number, answer: boolean): void {
    this.#send(to, { type: 'leaf', range, leaf, updates: this.#storage.leaf(range, leaf), answer });
  }
}
