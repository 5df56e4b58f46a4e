// Who: which threads a generator may use.
import { merge, type Child } from './merge.ts';
import { forked, pending, tell } from './next.ts';
import type { Context, Generator, Notice, Thread } from './types.ts';

const isClient = (thread: Thread): boolean => thread !== 'nemesis';

/** `context` with only these threads, and a stream of its own. */
function restricted(context: Context, name: string, keep: (thread: Thread) => boolean): Context {
  const { time, free, threads, processOf } = context;
  return {
    time,
    free: free.filter(keep),
    threads: threads.filter(keep),
    processOf,
    random: context.random.fork(name),
  };
}

/** The generator on the threads that `keep` accepts; it is told of their events only. */
function onThreads(name: string, keep: (thread: Thread) => boolean, generator: Generator): Generator {
  const wrap = (rest: Generator) => onThreads(name, keep, rest);
  return {
    next(context) {
      return merge(
        [generator],
        () => restricted(context, name, keep),
        ([rest]) => wrap(rest ?? generator),
      );
    },
    update(context, notice) {
      return keep(notice.thread) ? tell(this, generator, context, notice, wrap) : this;
    },
  };
}

/** On the client threads, never on the nemesis. */
export function onlyClients(generator: Generator): Generator {
  return onThreads('clients', isClient, generator);
}

/** `faults` on the nemesis thread, beside `clients` on the client threads; done when both are. */
export function nemesis(faults: Generator, clients: Generator): Generator {
  return partition(
    [faults, clients],
    (context, i) =>
      i === 0
        ? restricted(context, 'faults', (thread) => !isClient(thread))
        : restricted(context, 'clients', isClient),
    (_context, thread) => (isClient(thread) ? 1 : 0),
  );
}

/**
 * The first client threads for the first generator, so many as its number says, the next ones for the second, …, and
 * all others for `rest`.
 */
export function reserve(
  shares: readonly (readonly [threads: number, generator: Generator])[],
  rest: Generator,
) {
  const ends: number[] = [];
  for (const [threads] of shares) ends.push((ends.at(-1) ?? 0) + threads);
  const owner = (context: Context, thread: Thread): number => {
    const position = context.threads.filter(isClient).indexOf(thread);
    const share = ends.findIndex((end) => position < end);
    return share < 0 ? shares.length : share;
  };
  return partition(
    [...shares.map(([, generator]) => generator), rest],
    (context, i) =>
      restricted(context, String(i), (thread) => isClient(thread) && owner(context, thread) === i),
    owner,
  );
}

/** Children with threads of their own each. */
function partition(
  children: readonly Child[],
  contextOf: (context: Context, index: number) => Context,
  owner: (context: Context, thread: Thread) => number,
): Generator {
  return {
    next(context) {
      return merge(
        children,
        (i) => contextOf(context, i),
        (after) => partition(after, contextOf, owner),
      );
    },
    update(context, notice) {
      const mine = owner(context, notice.thread);
      const child = children[mine];
      if (!child) return this;
      return tell(this, child, contextOf(context, mine), notice, (told) =>
        partition(children.with(mine, told), contextOf, owner),
      );
    },
  };
}

/** A copy of the generator for each thread, with randomness of its own. */
export function eachThread(generator: Generator): Generator {
  return copies(generator, (_context, thread) => String(thread), new Map());
}

/** A copy for each process: a thread whose process was retired begins anew. */
export function eachProcess(generator: Generator): Generator {
  return copies(generator, (context, thread) => `p${context.processOf(thread)}`, new Map());
}

interface Copy {
  readonly name: string;
  readonly child: Child;
}

function copies(
  original: Generator,
  nameOf: (context: Context, thread: Thread) => string,
  known: ReadonlyMap<Thread, Copy>,
): Generator {
  const copyOf = (context: Context, thread: Thread): Copy => {
    const name = nameOf(context, thread);
    const copy = known.get(thread);
    return copy?.name === name ? copy : { name, child: original };
  };
  return {
    next(context) {
      const all = context.threads.map((thread) => copyOf(context, thread));
      const rebuild = (after: readonly Child[]) =>
        copies(
          original,
          nameOf,
          new Map(context.threads.map((thread, i) => [thread, { name: all[i].name, child: after[i] }])),
        );
      const free = new Set(context.free);
      if (free.size === 0) return pending(this);
      return merge(
        all.map((copy) => copy.child),
        (i) => (free.has(context.threads[i]) ? alone(context, context.threads[i], all[i].name) : null),
        rebuild,
      );
    },
    update(context: Context, notice: Notice) {
      const copy = known.get(notice.thread);
      if (!copy?.child || copy.name !== copyOf(context, notice.thread).name) return this;
      return tell(this, copy.child, alone(context, notice.thread, copy.name), notice, (told) =>
        copies(original, nameOf, new Map(known).set(notice.thread, { name: copy.name, child: told })),
      );
    },
  };
}

function alone(context: Context, thread: Thread, name: string): Context {
  return { ...forked(context, name), free: context.free.filter((t) => t === thread), threads: [thread] };
}
