import { DONE, earlier, pending } from './next.ts';
import type { Context, Generator, Next } from './types.ts';

/** A child that is asked beside others; null = it is done. */
export type Child = Generator | null;

/**
 * Asks several children and takes the operation that was meant to start first; among equals, the child with the
 * least `served`, so that none starves, then the first.
 * `contextOf` what a child may see, or null = do not ask it now. `rebuild` gets the children as they are afterwards,
 * and which one was taken from (-1 = none).
 */
export function merge(
  children: readonly Child[],
  contextOf: (index: number) => Context | null,
  rebuild: (children: readonly Child[], taken: number) => Generator,
  served: (index: number) => number = () => 0,
): Next {
  const after = [...children];
  let taken: Extract<Next, { kind: 'operation' }> | null = null;
  let index = -1;
  let until: number | undefined;
  for (let i = 0; i < children.length; i++) {
    const child = children[i];
    const context = child && contextOf(i);
    if (child === null || context === null) continue;
    const next = child.next(context);
    if (next.kind === 'done') after[i] = null;
    else if (next.kind === 'pending') {
      after[i] = next.rest;
      until = earlier(until, next.until);
    } else if (taken === null || comesBefore(next.operation.time - taken.operation.time, i, index, served)) {
      taken = next;
      index = i;
    }
  }
  if (taken !== null) {
    after[index] = taken.rest;
    return { kind: 'operation', operation: taken.operation, rest: rebuild(after, index) };
  }
  return after.every((child) => child === null) ? DONE : pending(rebuild(after, -1), until);
}

function comesBefore(later: number, i: number, best: number, served: (index: number) => number): boolean {
  return later < 0 || (later === 0 && served(i) < served(best));
}
