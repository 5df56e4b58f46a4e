// What combinators have in common: building answers, and putting themselves around a child's answer.
import type { Context, DueOperation, Generator, Next, Notice, Operation, Thread } from './types.ts';

export const DONE: Next = { kind: 'done' };

export function pending(rest: Generator, until?: number): Next {
  return until === undefined ? { kind: 'pending', rest } : { kind: 'pending', until, rest };
}

/** The child's answer with what follows wrapped again: differently after an operation, if need be. */
export function rewrap(
  next: Next,
  wrap: (rest: Generator) => Generator,
  wrapAfterOperation: (rest: Generator) => Generator = wrap,
): Next {
  switch (next.kind) {
    case 'operation':
      return { kind: 'operation', operation: next.operation, rest: wrapAfterOperation(next.rest) };
    case 'pending':
      return pending(wrap(next.rest), next.until);
    case 'done':
      return next;
  }
}

/** `self` when the child does not care about the notice, else the child's new version wrapped again. */
export function tell(
  self: Generator,
  child: Generator,
  context: Context,
  notice: Notice,
  wrap: (child: Generator) => Generator,
): Generator {
  const told = child.update(context, notice);
  return told === child ? self : wrap(told);
}

/** The earlier of two moments, either of which may be none. */
export function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : Math.min(a, b);
}

/** The same context with a stream of its own: what gives every child its own randomness. */
export function forked(context: Context, name: string): Context {
  const { time, free, threads, processOf } = context;
  return { time, free, threads, processOf, random: context.random.fork(name) };
}

/**
 * The operation, due. Field by field: an object spread that adds fields costs V8 ten microseconds, a hundred times
 * as much as this, and generators are asked for every operation.
 */
export function due(operation: Operation, thread: Thread, time: number, key = operation.key): DueOperation {
  const made: { -readonly [field in keyof DueOperation]: DueOperation[field] } = {
    f: operation.f,
    thread,
    time,
  };
  if (key !== undefined) made.key = key;
  if (operation.value !== undefined) made.value = operation.value;
  if (operation.node !== undefined) made.node = operation.node;
  return made;
}
