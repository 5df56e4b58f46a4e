import type { Operation } from '../../harness/generator/types.ts';
import { SECOND, type Clock, type Random } from '../../harness/runtime/types.ts';
import type { BugName } from './bugs.ts';
import { hasReached, type Position } from './replica/positions.ts';
import type { ReadAt } from './replica/types.ts';
import type { Destination, Reads, Router } from './routing.ts';
import { nearTo } from './sites.ts';
import type { StoreSession } from './session.ts';

/**
 * How reads are routed: `leaderFor` (s) is how long `after-write` stays with the leader; `at`: on what terms replicas
 * answer.
 */
export interface ReadRouting {
  readonly at: Exclude<ReadAt, 'leader' | 'quorum'>;
  readonly reads: Reads;
  readonly leaderFor: number;
  readonly sites: number;
  readonly bug: BugName | 'none';
}

/**
 * Where one log orders all changes: writes go to the leader, reads as told. Like a connection to a real database, a client stays with the leader that
 * it found until that refuses or fails, even when clients that come later are pointed to another one.
 */
export class LeaderRouter implements Router {
  readonly #nodes: readonly string[];
  readonly #routing: ReadRouting;
  readonly #near: readonly string[];
  readonly #memory: StoreSession;
  readonly #random: Random;
  readonly #clock: Clock;
  readonly #primary: () => string;
  /** Where leaders are chosen by the nodes: a node has said who leads, or did not know or answer. */
  readonly #moved: (leader: string | undefined, from: string | null) => void;
  #leader: string | null = null;
  /** Where the last operation went. */
  #last: string | null = null;
  /** The node that a session sticks to. */
  #home: string;

  constructor(
    nodes: readonly string[],
    routing: ReadRouting,
    { number, memory }: { readonly number: number; readonly memory: StoreSession },
    random: Random,
    clock: Clock,
    primary: () => string,
    moved: (leader: string | undefined, from: string | null) => void = () => undefined,
  ) {
    this.#nodes = nodes;
    this.#routing = routing;
    this.#near = nearTo(nodes, routing.sites, number);
    this.#memory = memory;
    this.#random = random;
    this.#clock = clock;
    this.#primary = primary;
    this.#moved = moved;
    this.#home = nodes[number % nodes.length];
  }

  choose(operation: Operation, isRead: boolean): Destination {
    const destination = this.#choose(operation, isRead);
    this.#last = destination.node;
    return destination;
  }

  #choose({ key = null }: Operation, isRead: boolean): Destination {
    const { at } = this.#routing;
    const any = (): Destination => ({ node: this.#random.pick(this.#nodes), at });
    if (!isRead) {
      this.#memory.written.add(key);
      return this.ahead();
    }
    switch (this.#routing.reads) {
      case 'primary':
        return this.ahead();
      case 'any':
        return any();
      case 'sticky':
        return { node: this.#home, at };
      case 'nearest':
        return { node: this.#random.pick(this.#near), at };
      case 'after-write':
        return this.#clock.now() - this.#memory.writtenAt < this.#routing.leaderFor * SECOND
          ? this.ahead()
          : any();
      case 'token':
        return { ...any(), after: this.#memory.position };
      case 'own':
        return this.#memory.written.has(key) ? this.ahead() : any();
    }
  }

  ahead(): Destination {
    return { node: (this.#last = this.#leader ??= this.#primary()), at: 'leader' };
  }

  done(_operation: Operation, isRead: boolean, position: Position | undefined): void {
    const memory = this.#memory;
    if (!isRead) memory.writtenAt = this.#clock.now();
    if (position && (!memory.position || hasReached(position, memory.position))) memory.position = position;
  }

  moveOn(leader?: string): void {
    this.#moved(leader, this.#last);
    this.#leader = null;
    if (this.#routing.bug === 'sticky-session-lost-at-reconnect') this.#home = this.#random.pick(this.#nodes);
  }
}
