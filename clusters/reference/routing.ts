import type { Operation } from '../../harness/generator/types.ts';
import type { Random } from '../../harness/runtime/types.ts';
import type { ReadAt } from './replica/types.ts';

/** Which replica reads go to. In a multi-leader store `primary` is the session's home leader, and so is `sticky`. */
export type Reads = 'primary' | 'any' | 'sticky';

/** Where an operation goes, and on what terms a read is answered there. */
export interface Destination {
  readonly node: string;
  readonly at: ReadAt;
}

/** Chooses nodes for one client. */
export interface Router {
  choose(operation: Operation, isRead: boolean): Destination;
  /** The node did not serve: look again where the leader is. */
  moveOn(): void;
}

/**
 * Writes go to the leader, reads as told. Like a connection to a real database, a client stays with the leader that
 * it found until that refuses or fails, even when clients that come later are pointed to another one.
 */
export class SingleLeaderRouter implements Router {
  readonly #nodes: readonly string[];
  readonly #reads: Reads;
  readonly #session: number;
  readonly #random: Random;
  readonly #primary: () => string;
  #leader: string | null = null;

  constructor(
    nodes: readonly string[],
    reads: Reads,
    session: number,
    random: Random,
    primary: () => string,
  ) {
    this.#nodes = nodes;
    this.#reads = reads;
    this.#session = session;
    this.#random = random;
    this.#primary = primary;
  }

  choose(_operation: Operation, isRead: boolean): Destination {
    if (isRead && this.#reads === 'any') return { node: this.#random.pick(this.#nodes), at: 'replica' };
    if (isRead && this.#reads === 'sticky')
      return { node: this.#nodes[this.#session % this.#nodes.length], at: 'replica' };
    return { node: (this.#leader ??= this.#primary()), at: 'leader' };
  }

  moveOn(): void {
    this.#leader = null;
  }
}

/** A session's home leader, or any leader for each operation. */
export class MultiLeaderRouter implements Router {
  readonly #nodes: readonly string[];
  readonly #reads: Reads;
  readonly #session: number;
  readonly #random: Random;

  constructor(nodes: readonly string[], reads: Reads, session: number, random: Random) {
    this.#nodes = nodes;
    this.#reads = reads;
    this.#session = session;
    this.#random = random;
  }

  choose(): Destination {
    const home = this.#nodes[this.#session % this.#nodes.length];
    return { node: this.#reads === 'any' ? this.#random.pick(this.#nodes) : home, at: 'replica' };
  }

  moveOn(): void {
    // There is no other home.
  }
}

/** This very node, as it stands. */
export function pinned(node: string): Router {
  return { choose: () => ({ node, at: 'replica' }), moveOn: () => undefined };
}
