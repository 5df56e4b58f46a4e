// One after another.
import { DONE, forked, pending, rewrap, tell } from './next.ts';
import { fn } from './operations.ts';
import { onlyClients } from './threads.ts';
import type { Generator } from './types.ts';

/** Each generator to its end, then the next one. They may overlap: see {@link phases}. */
export function sequence(...generators: readonly Generator[]): Generator {
  return generators.length === 0 ? fn(() => null) : from(generators, 0, generators[0]);
}

function from(all: readonly Generator[], position: number, head: Generator): Generator {
  return {
    next(context) {
      for (let at = position, current = head; ; current = all[at]) {
        const next = current.next(forked(context, String(at)));
        if (next.kind !== 'done') return rewrap(next, (rest) => from(all, at, rest));
        if (++at === all.length) return DONE;
      }
    },
    update(context, notice) {
      return tell(this, head, context, notice, (told) => from(all, position, told));
    },
  };
}

/** The generator again and again from its beginning, `times` times; each round has randomness of its own. */
export function cycle(generator: Generator, times = Infinity): Generator {
  return round(generator, generator, 0, times);
}

function round(original: Generator, current: Generator, turn: number, times: number): Generator {
  const withCurrent = (rest: Generator) => round(original, rest, turn, times);
  return {
    next(context) {
      if (turn >= times) return DONE;
      const next = current.next(forked(context, `#${turn}`));
      if (next.kind !== 'done') return rewrap(next, withCurrent);
      // An empty round followed by others like it would spin for ever.
      return current === original ? DONE : round(original, original, turn + 1, times).next(context);
    },
    update(context, notice) {
      return tell(this, current, context, notice, withCurrent);
    },
  };
}

/** The generator's next operation, without ever moving on, `times` times. */
export function repeat(generator: Generator, times = Infinity, given = 0): Generator {
  return {
    next(context) {
      if (given >= times) return DONE;
      return rewrap(
        generator.next(forked(context, `#${given}`)),
        (rest) => repeat(rest, times, given),
        () => repeat(generator, times, given + 1),
      );
    },
    update(context, notice) {
      return tell(this, generator, context, notice, (told) => repeat(told, times, given));
    },
  };
}

/** At most `count` operations. */
export function limit(count: number, generator: Generator): Generator {
  return {
    next(context) {
      if (count <= 0) return DONE;
      return rewrap(
        generator.next(context),
        (rest) => limit(count, rest),
        (rest) => limit(count - 1, rest),
      );
    },
    update(context, notice) {
      return tell(this, generator, context, notice, (told) => limit(count, told));
    },
  };
}

/** Begins when every thread is idle. */
export function synchronize(generator: Generator): Generator {
  return {
    next(context) {
      return context.free.length === context.threads.length ? generator.next(context) : pending(this);
    },
    update(context, notice) {
      return tell(this, generator, context, notice, synchronize);
    },
  };
}

/** Each generator to its end and all its operations completed, then the next one. */
export function phases(...generators: readonly Generator[]): Generator {
  return sequence(...generators.map(synchronize));
}

/** `main` to its end, nemesis included, and then, when nothing is under way any more, `final` by the clients. */
export function finalPhase(main: Generator, final: Generator): Generator {
  return phases(main, onlyClients(final));
}
