import type { Operation } from '../../harness/generator/types.ts';
import type { Random } from '../../harness/runtime/types.ts';
import type { Position } from './replica/positions.ts';
import type { ReadAt } from './replica/types.ts';
import { nearTo } from './sites.ts';
import type { StoreSettings } from './settings.ts';

/**
 * Which replica reads go to: the leader · any · one a session · any of the session's site · the leader for a while after a write of the session,
 * else any · any, once it has come as far as the session has seen, or else the leader · the leader for rows that the
 * session has written, else any. Where every node takes everything, `primary` is the session's home node, as is
 * `sticky`, and so for its writes.
 */
export type Reads = 'primary' | 'any' | 'sticky' | 'nearest' | 'after-write' | 'token' | 'own';

/** Where an operation goes, and on what terms a read is answered there. */
export interface Destination {
  readonly node: string;
  readonly at: ReadAt;
  /** A replica must have come so far. */
  readonly after?: Position | undefined;
}

/** Chooses nodes for one client. */
export interface Router {
  choose(operation: Operation, isRead: boolean): Destination;
  /** Where to go when the replica that was chosen is behind; absent: nowhere. */
  ahead?(): Destination;
  /** The operation was answered. */
  done?(operation: Operation, isRead: boolean, position: Position | undefined): void;
  /** The node did not serve: look again where the leader is. `leader`: who leads, as that node said. */
  moveOn(leader?: string): void;
}

/** Where every node takes everything: a session's home node, or any node for each operation. */
export class AnyNodeRouter implements Router {
  readonly #nodes: readonly string[];
  readonly #reads: Reads;
  readonly #near: readonly string[];
  readonly #at: ReadAt;
  readonly #session: number;
  readonly #random: Random;

  constructor(
    nodes: readonly string[],
    { reads, sites, strategy }: Pick<StoreSettings, 'reads' | 'sites' | 'strategy'>,
    session: number,
    random: Random,
  ) {
    this.#nodes = nodes;
    this.#reads = reads;
    this.#near = nearTo(nodes, sites, session);
    this.#at = strategy === 'leaderless' ? 'quorum' : 'replica';
    this.#session = session;
    this.#random = random;
  }

  choose(): Destination {
    if (this.#reads === 'any') return { node: this.#random.pick(this.#nodes), at: this.#at };
    if (this.#reads === 'nearest') return { node: this.#random.pick(this.#near), at: this.#at };
    return { node: this.#nodes[this.#session % this.#nodes.length], at: this.#at };
  }

  moveOn(): void {
    // There is no other home.
  }
}

/** This very node, as it stands. */
export function pinned(node: string): Router {
  return { choose: () => ({ node, at: 'replica' }), moveOn: () => undefined };
}
