// The leaves: generators that make operations.
import { DONE, due, pending } from './next.ts';
import type { Context, Generator, Next, Notice, Operation, Thread } from './types.ts';

/** What a function of operations may look at: the context, and whose turn it is. */
export interface Turn extends Context {
  /** How many operations this generator has given before: for unique values. */
  readonly n: number;
  /** The thread that will do the operation, unless the operation names another. */
  readonly thread: Thread;
  readonly process: number;
}

/**
 * Makes the operation of a turn; null = there are no more. It must be pure (it may be asked twice for one turn):
 * `turn.random` starts afresh every turn, and is the same whenever the same turn is asked for.
 */
export type Make = (turn: Turn) => Operation | null;

/** An operation each time it is asked, until `make` gives null. */
export function fn(make: Make): Generator {
  return remembering(
    null,
    () => null,
    (turn) => make(turn),
  );
}

/** One operation, then nothing. */
export function once(operation: Operation | Make): Generator {
  return fn((turn) => {
    if (turn.n > 0) return null;
    return typeof operation === 'function' ? operation(turn) : operation;
  });
}

/** Like {@link fn}, with a memory of what happened: `remember` gets every event that this generator is told of. */
export function remembering<S>(
  memory: S,
  remember: (memory: S, notice: Notice) => S,
  make: (turn: Turn, memory: S) => Operation | null,
): Generator {
  return new Made(memory, remember, make, 0);
}

class Made<S> implements Generator {
  readonly #memory: S;
  readonly #remember: (memory: S, notice: Notice) => S;
  readonly #make: (turn: Turn, memory: S) => Operation | null;
  readonly #n: number;

  constructor(
    memory: S,
    remember: (memory: S, notice: Notice) => S,
    make: (turn: Turn, memory: S) => Operation | null,
    n: number,
  ) {
    this.#memory = memory;
    this.#remember = remember;
    this.#make = make;
    this.#n = n;
  }

  next(context: Context): Next {
    if (context.free.length === 0) return pending(this);
    const turn = turnOf(context, this.#n);
    const operation = this.#make(turn, this.#memory);
    if (operation === null) return DONE;
    if (operation.time !== undefined && operation.time > context.time) return pending(this, operation.time);
    const thread = operation.thread ?? turn.thread;
    if (thread !== turn.thread && !context.free.includes(thread)) return pending(this);
    return {
      kind: 'operation',
      operation: due(operation, thread, operation.time ?? context.time),
      rest: new Made(this.#memory, this.#remember, this.#make, this.#n + 1),
    };
  }

  update(_context: Context, notice: Notice): Generator {
    const memory = this.#remember(this.#memory, notice);
    return memory === this.#memory ? this : new Made(memory, this.#remember, this.#make, this.#n);
  }
}

/**
 * The thread is drawn, not taken in turn: with two threads and operations that alternate between write and read,
 * turns would make one thread the writer for good, and no session would ever read its own writes.
 */
function turnOf(context: Context, n: number): Turn {
  const { time, free, threads, processOf } = context;
  const random = context.random.fork(String(n));
  const thread = free.length === 1 ? free[0] : random.fork('thread').pick(free);
  return { time, free, threads, processOf, random, n, thread, process: processOf(thread) };
}
