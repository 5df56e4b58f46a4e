import type { EventType, Json } from '../history/event.ts';
import type { Random } from '../runtime/types.ts';

/** An operation to be: what a generator gives and a client is asked to do. */
export interface Operation {
  readonly f: string;
  readonly key?: Json;
  readonly value?: Json;
  /** Ask this node, whatever the routing says (final reads from every replica). */
  readonly node?: string;
  /** ns: not to be invoked before this moment. Absent = as soon as a thread is free. */
  readonly time?: number;
  /** Which thread must do it; absent = any free one the context offers. */
  readonly thread?: Thread;
}

/** A worker: client threads are numbered from 0, the nemesis is a thread of its own. */
export type Thread = number | 'nemesis';

/**
 * What a generator may look at: it is pure, so that it can be tested without a cluster.
 * `free` the threads that could take an operation now, `threads` all it may ever use, both in a fixed order;
 * `processOf` the process that a client thread is at present.
 */
export interface Context {
  /** ns since the run began. */
  readonly time: number;
  readonly free: readonly Thread[];
  readonly threads: readonly Thread[];
  readonly processOf: (thread: Thread) => number;
  /**
   * The stream of this place in the tree of generators. Pure generators draw only from its forks, named by how many
   * operations they have given: then asking twice, or once more, changes nothing of what comes.
   */
  readonly random: Random;
}

/** An event of the running history, as generators are told of it. */
export interface Notice {
  readonly type: EventType;
  readonly thread: Thread;
  readonly process: number;
  readonly f: string;
  readonly key: Json;
  readonly value: Json;
  readonly time: number;
}

/**
 * An operation that is due: `thread` is free, and `time` is when it was meant to start: now, or earlier when an open
 * loop found no thread in time. Never later: generators that wait say `pending`.
 */
export type DueOperation = Operation & { readonly thread: Thread; readonly time: number };

/**
 * `operation` with the generator that follows it · `pending`: nothing now, ask `rest` after the next event or when
 * `until` (ns) has come · `done`: nothing ever again.
 */
export type Next =
  | { readonly kind: 'operation'; readonly operation: DueOperation; readonly rest: Generator }
  | { readonly kind: 'pending'; readonly until?: number; readonly rest: Generator }
  | { readonly kind: 'done' };

/** A pure description of which operation comes next (after Jepsen's `jepsen.generator`). */
export interface Generator {
  next(context: Context): Next;
  /** The generator after it has been told of an event; most return themselves. */
  update(context: Context, notice: Notice): Generator;
}
