import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyOf, mix } from './choice.ts';
import { independentKeys } from './keys.ts';
import { fn, once } from './operations.ts';
import { cycle, limit, phases, repeat, sequence, synchronize } from './sequence.ts';
import { invocations, simulate, type World } from './testing/simulate.ts';
import { eachProcess, eachThread, nemesis, onlyClients, reserve } from './threads.ts';
import { delay, rate, sleep, stagger, timeLimit } from './time.ts';
import { filter, map, named, untilOk } from './transform.ts';
import type { Generator } from './types.ts';

/** Any tree of combinators. */
const trees = fc.letrec<{ tree: Generator }>((tie) => {
  const sub = tie('tree');
  const small = fc.integer({ min: 1, max: 12 });
  return {
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constant(fn(({ random, n }) => ({ f: 'draw', value: [random.below(1000), n] }))),
      fc.constant(once({ f: 'once' })),
      fc.tuple(sub, sub).map(([a, b]) => sequence(a, sleep(7), b)),
      fc.tuple(sub, sub).map(([a, b]) => phases(limit(20, a), b)),
      fc.tuple(small, sub).map(([n, a]) => limit(n, a)),
      fc.tuple(small, sub).map(([n, a]) => cycle(limit(5, a), n)),
      fc.tuple(small, sub).map(([n, a]) => repeat(a, n)),
      fc.tuple(small, sub, sub).map(([n, a, b]) => mix([[n, a], [3, b]])), // prettier-ignore
      fc.tuple(sub, sub).map(([a, b]) => anyOf(a, b)),
      fc.tuple(small, sub).map(([n, a]) => timeLimit(n * 20, a)),
      fc.tuple(small, sub).map(([n, a]) => stagger(n * 3, a)),
      fc.tuple(small, sub).map(([n, a]) => rate(n * 1e7, a)),
      fc.tuple(small, sub).map(([n, a]) => delay(n, a)),
      sub.map(eachThread),
      sub.map(eachProcess),
      sub.map(synchronize),
      sub.map((a) => untilOk(a)),
      fc.tuple(sub, sub).map(([a, b]) => reserve([[1, a]], b)),
      fc.tuple(sub, sub).map(([a, b]) => nemesis(limit(3, a), b)),
      sub.map((a) => onlyClients(a)),
      sub.map((a) => filter(({ time }) => time % 3 !== 0, limit(30, a))),
      sub.map((a) => map((o) => ({ ...o, node: 'n1' }), named('m', a))),
      sub.map((a) => independentKeys({ live: 2, operations: () => sequence(once({ f: 'k' }), limit(4, a)) })),
    ),
  };
});

const worlds: fc.Arbitrary<World> = fc
  .tuple(
    fc.integer({ min: 1, max: 4 }),
    fc.nat(),
    fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
  )
  .map(([concurrency, seed, latencies]) => ({
    concurrency,
    seed,
    nemesis: true,
    operations: 60,
    takes: (_, n) => latencies[n % latencies.length],
    ends: (_, n) => (['ok', 'ok', 'fail', 'info'] as const)[n % 4],
  }));

/** Trees that nobody can run: a nemesis' generator where no nemesis thread is left, and the like. */
function run(generator: Generator, world: World) {
  try {
    return simulate(generator, world);
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('stuck')) return null;
    throw error;
  }
}

describe('every tree of generators', () => {
  it('gives the same operations for the same seed, however often it is asked in between', () => {
    let ran = 0;
    fc.assert(
      fc.property(trees.tree, worlds, (tree, world) => {
        const events = run(tree, world);
        if (events !== null) ran++;
        expect(run(tree, { ...world, idleQuestions: 2 })).toEqual(events);
        expect(run(tree, world)).toEqual(events);
      }),
      { numRuns: 120 },
    );
    expect(ran).toBeGreaterThan(80);
  });

  it('gives a busy thread nothing, invokes in order of time and never before the intended start', () => {
    fc.assert(
      fc.property(trees.tree, worlds, (tree, world) => {
        const open = new Set<unknown>();
        let last = 0;
        for (const { type, process, time, intended, thread } of run(tree, world) ?? []) {
          expect(time).toBeGreaterThanOrEqual(last);
          last = time;
          if (type !== 'invoke') expect(open.delete(process)).toBe(true);
          else {
            expect(open.has(process)).toBe(false);
            open.add(process);
            expect(intended).toBeLessThanOrEqual(time);
            if (thread !== 'nemesis') expect(Number(process) % world.concurrency!).toBe(thread);
          }
        }
        expect(open.size).toBe(0);
      }),
      { numRuns: 120 },
    );
  });

  it('draws nothing from the stream itself, only from forks', () => {
    fc.assert(
      fc.property(trees.tree, worlds, (tree, world) => {
        const again = run(sequence(limit(10, tree)), world);
        const once_ = run(sequence(limit(10, tree)), { ...world, idleQuestions: 1 });
        expect(once_).toEqual(again);
      }),
      { numRuns: 50 },
    );
  });

  it('gives other operations for other seeds', () => {
    const tree = mix([[1, fn(() => ({ f: 'a' }))], [1, fn(() => ({ f: 'b' }))]]); // prettier-ignore
    const story = (seed: number) => invocations(tree, { seed, operations: 50 }).map(({ f }) => f);
    expect(story(1)).not.toEqual(story(2));
  });
});
