// When. All durations are ns; a moment that a generator counts from is that at which it was first asked.
import { SECOND } from '../runtime/types.ts';
import { DONE, earlier, pending, rewrap, tell } from './next.ts';
import type { Context, Generator, Next } from './types.ts';

/** Nothing for `ns`, then done: a pause in a {@link sequence}, which begins when a thread is free again. */
export function sleep(ns: number): Generator {
  const until = (end: number): Generator => ({
    next(context) {
      return context.time >= end ? DONE : pending(this, end);
    },
    update() {
      return this;
    },
  });
  return begin((start) => until(start + ns));
}

/** The generator's operations until `ns` have passed. What an overloaded open loop still owes then is dropped. */
export function timeLimit(ns: number, generator: Generator): Generator {
  const before = (end: number, child: Generator): Generator => ({
    next(context) {
      if (context.time >= end) return DONE;
      const next = child.next(context);
      if (next.kind === 'pending') return pending(before(end, next.rest), earlier(end, next.until));
      return rewrap(next, (rest) => before(end, rest));
    },
    update(context, notice) {
      return tell(this, child, context, notice, (told) => before(end, told));
    },
  });
  return begin((start, child) => before(start + ns, child), generator);
}

/**
 * Operations at random intervals, `mean` ns on average (uniform from 0 to twice that), over all threads together.
 * A closed loop: when no thread is free in time, the schedule moves on and what was missed is not made up for.
 */
export function stagger(mean: number, generator: Generator): Generator {
  const gap = (context: Context, n: number) =>
    Math.floor(context.random.fork(`stagger${n}`).unit() * 2 * mean);
  return spaced(generator, (context, due, n) => Math.max(context.time, due + gap(context, n)));
}

/** At least `interval` ns from one operation's start to the next one's. */
export function delay(interval: number, generator: Generator): Generator {
  return spaced(generator, (context) => context.time + interval);
}

/** The first operation at once; the following one not before `following` says. */
function spaced(
  generator: Generator,
  following: (context: Context, due: number, n: number) => number,
): Generator {
  const at = (due: number, n: number, child: Generator): Generator => ({
    next(context) {
      if (context.time < due) return pending(this, due);
      return rewrap(
        child.next(context),
        (rest) => at(due, n, rest),
        (rest) => at(following(context, due, n), n + 1, rest),
      );
    },
    update(context, notice) {
      return tell(this, child, context, notice, (told) => at(due, n, told));
    },
  });
  return begin((start, child) => at(start, 0, child), generator);
}

/**
 * An open loop: operation n is meant to start n / `perSecond` seconds after the first, whether or not a thread is
 * free. A late one starts as soon as it can and keeps its intended start as its `time`, from which its latency is
 * counted: otherwise a database that stalls would be measured only when it does not (coordinated omission: Tene,
 * How NOT to measure latency, 2013).
 */
export function rate(perSecond: number, generator: Generator): Generator {
  if (!(perSecond > 0)) throw new RangeError(`rate: operations a second must be above 0, not ${perSecond}`);
  const at = (start: number, n: number, child: Generator): Generator => ({
    next(context): Next {
      const intended = start + Math.floor((n * SECOND) / perSecond);
      if (context.time < intended) return pending(this, intended);
      const next = child.next(context);
      if (next.kind !== 'operation') return rewrap(next, (rest) => at(start, n, rest));
      const operation = { ...next.operation, time: intended };
      return { kind: 'operation', operation, rest: at(start, n + 1, next.rest) };
    },
    update(context, notice) {
      return tell(this, child, context, notice, (told) => at(start, n, told));
    },
  });
  return begin((start, child) => at(start, 0, child), generator);
}

const NOTHING: Generator = { next: () => DONE, update: () => NOTHING };

/** Becomes `started(moment, child)` when it is first asked. */
function begin(started: (start: number, child: Generator) => Generator, child = NOTHING): Generator {
  return {
    next: (context) => started(context.time, child).next(context),
    update(context, notice) {
      return tell(this, child, context, notice, (told) => begin(started, told));
    },
  };
}
