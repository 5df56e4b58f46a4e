// Operations by name and time: what was generated once, given again.
import { DONE, due, pending } from './next.ts';
import type { Context, Generator, Next, Operation } from './types.ts';

/** An operation of one client thread, meant to start `at` ns after the generator is first asked. */
export interface Scripted extends Pick<Operation, 'f' | 'key' | 'value' | 'node'> {
  readonly thread: number;
  readonly at: number;
}

/**
 * These operations at these times, each by its thread: an open loop, so that one whose thread is busy starts when it
 * is free again. Threads keep to the order of their times; among threads that could begin, the earliest is first.
 */
export function scripted(operations: readonly Scripted[]): Generator {
  const queues = new Map<number, Scripted[]>();
  for (const operation of operations.toSorted((a, b) => a.at - b.at)) {
    const queue = queues.get(operation.thread);
    if (queue) queue.push(operation);
    else queues.set(operation.thread, [operation]);
  }
  return following([...queues.values()], new Map(), null);
}

function following(
  queues: readonly (readonly Scripted[])[],
  given: ReadonlyMap<number, number>,
  began: number | null,
): Generator {
  return {
    next(context: Context): Next {
      const start = began ?? context.time;
      const here = began === null ? following(queues, given, start) : this;
      const free = new Set(context.free);
      let first: Scripted | null = null;
      let left = false;
      for (const queue of queues) {
        const operation = queue.at(given.get(queue[0].thread) ?? 0);
        if (operation === undefined) continue;
        left = true;
        if (free.has(operation.thread) && (first === null || operation.at < first.at)) first = operation;
      }
      if (!left) return DONE;
      if (first === null) return pending(here);
      const time = start + first.at;
      if (time > context.time) return pending(here, time);
      const { thread } = first;
      const rest = following(queues, new Map(given).set(thread, (given.get(thread) ?? 0) + 1), start);
      return { kind: 'operation', operation: due(first, thread, time), rest };
    },
    update() {
      return this;
    },
  };
}
