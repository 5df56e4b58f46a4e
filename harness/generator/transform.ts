// The same operations, changed, chosen or ended.
import { DONE, due, forked, rewrap, tell } from './next.ts';
import type { DueOperation, Generator, Operation, Thread } from './types.ts';

/** Every operation as `change` makes it. */
export function map(change: (operation: DueOperation) => Operation, generator: Generator): Generator {
  const wrap = (rest: Generator) => map(change, rest);
  return {
    next(context) {
      const next = rewrap(generator.next(context), wrap);
      if (next.kind !== 'operation') return next;
      const { thread, time } = next.operation;
      return { ...next, operation: due(change(next.operation), thread, time) };
    },
    update(context, notice) {
      return tell(this, generator, context, notice, wrap);
    },
  };
}

/** So many operations in a row that do not pass a filter are a mistake, not a choice. */
const PATIENCE = 10_000;

/** Only the operations that pass; the others are never done. */
export function filter(passes: (operation: DueOperation) => boolean, generator: Generator): Generator {
  const wrap = (rest: Generator) => filter(passes, rest);
  return {
    next(context) {
      let child = generator;
      for (let dropped = 0; dropped < PATIENCE; dropped++) {
        const next = child.next(context);
        if (next.kind !== 'operation' || passes(next.operation)) return rewrap(next, wrap);
        child = next.rest;
      }
      throw new Error(`filter: none of ${PATIENCE} operations in a row passes; is the condition right?`);
    },
    update(context, notice) {
      return tell(this, generator, context, notice, wrap);
    },
  };
}

/** The generator's operations until one of them has ended `ok`. Those that are under way then still complete. */
export function untilOk(generator: Generator): Generator {
  return until(generator, new Set());
}

function until(generator: Generator | null, underWay: ReadonlySet<Thread>): Generator {
  return {
    next(context) {
      if (generator === null) return DONE;
      const next = generator.next(context);
      return rewrap(
        next,
        (rest) => until(rest, underWay),
        (rest) =>
          until(rest, next.kind === 'operation' ? new Set(underWay).add(next.operation.thread) : underWay),
      );
    },
    update(context, notice) {
      if (generator === null) return this;
      if (notice.type === 'invoke' || !underWay.has(notice.thread))
        return tell(this, generator, context, notice, (told) => until(told, underWay));
      if (notice.type === 'ok') return until(null, underWay);
      const others = new Set(underWay);
      others.delete(notice.thread);
      return until(generator.update(context, notice), others);
    },
  };
}

/** The generator with the randomness of its name, wherever it stands: adding or removing others does not shift it. */
export function named(name: string, generator: Generator): Generator {
  const wrap = (rest: Generator) => named(name, rest);
  return {
    next(context) {
      return rewrap(generator.next(forked(context, name)), wrap);
    },
    update(context, notice) {
      return tell(this, generator, context, notice, wrap);
    },
  };
}
