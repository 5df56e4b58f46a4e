import type { EventType } from '../../history/event.ts';
import { randomStream } from '../../runtime/random.ts';
import type { Context, DueOperation, Generator, Notice, Thread } from '../types.ts';

/** A world for generators: no cluster, no clock, no promises. */
export interface World {
  readonly concurrency?: number;
  readonly nemesis?: boolean;
  readonly seed?: number;
  /** How long the n-th operation takes, ns. Default 10. */
  readonly takes?: (operation: DueOperation, n: number) => number;
  readonly ends?: (operation: DueOperation, n: number) => Exclude<EventType, 'invoke'>;
  /** Ask the generator so many times more than needed: a pure one does not notice. */
  readonly idleQuestions?: number;
  /** Stop after so many invocations. Default 1000. */
  readonly operations?: number;
}

/** `intended` is the operation's own time, `time` when it really began. */
export type Told = Notice & { readonly intended?: number; readonly node?: string };

/** What a run of the generator would look like, as the events that it would be told of, in order. */
export function simulate(generator: Generator, world: World = {}): Told[] {
  const { concurrency = 3, takes = () => 10, ends = () => 'ok', operations = 1000 } = world;
  const random = randomStream(world.seed ?? 1, 'test');
  const clients = Array.from({ length: concurrency }, (_, i) => i);
  const threads: Thread[] = world.nemesis ? [...clients, 'nemesis'] : clients;
  const processes = [...clients];
  const busy = new Map<Thread, { at: number; order: number; completion: Told }>();
  const events: Told[] = [];
  let time = 0;
  let n = 0;

  const context = (): Context => ({
    time,
    random,
    threads,
    free: threads.filter((thread) => !busy.has(thread)),
    processOf: (thread) => (thread === 'nemesis' ? -1 : processes[thread]),
  });
  const tell = (event: Told) => {
    events.push(event);
    generator = generator.update(context(), event);
  };
  const completeFirst = (until: number): boolean => {
    const first = [...busy.values()].sort((a, b) => a.at - b.at || a.order - b.order)[0];
    if (!first || first.at > until) return false;
    const { thread, type } = first.completion;
    time = first.at;
    busy.delete(thread);
    if (type === 'info' && thread !== 'nemesis') processes[thread] += concurrency;
    tell({ ...first.completion, time });
    return true;
  };

  while (n < operations) {
    for (let i = 0; i < (world.idleQuestions ?? 0); i++) generator.next(context());
    const next = generator.next(context());
    if (next.kind === 'done') break;
    generator = next.rest;
    if (next.kind === 'pending') {
      if (completeFirst(next.until ?? Infinity)) continue;
      if (next.until === undefined || next.until <= time)
        throw new Error(`stuck at ${time}: pending, but nothing can happen`);
      time = next.until;
      continue;
    }
    const { operation } = next;
    if (operation.time > time) throw new Error(`an operation of the future: ${JSON.stringify(operation)}`);
    if (!context().free.includes(operation.thread)) throw new Error(`thread ${operation.thread} is not free`);
    const process = context().processOf(operation.thread);
    const { f, thread, key = null, value = null, node } = operation;
    const invocation: Told = { type: 'invoke', thread, process, f, key, value, time };
    const completion = { ...invocation, type: ends(operation, n) };
    busy.set(thread, { at: time + takes(operation, n), order: n++, completion });
    tell({ ...invocation, intended: operation.time, ...(node === undefined ? {} : { node }) });
  }
  while (completeFirst(Infinity));
  return events;
}

/** Only the invocations of a simulated run. */
export function invocations(generator: Generator, world: World = {}): Told[] {
  return simulate(generator, world).filter(({ type }) => type === 'invoke');
}
