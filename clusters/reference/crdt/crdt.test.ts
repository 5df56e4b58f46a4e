import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../harness/history/dictionary.ts';
import type { Json } from '../../../harness/history/event.ts';
import { NOTHING_SEEN, contextOf, hasSeen, mergeContexts, type Dot } from './causal-context.ts';
import { NO_ENTRIES, mergeKernels } from './dot-kernel.ts';
import { NO_COUNTS, increment, mergeGCounters, total } from './g-counter.ts';
import { mergeGSets } from './g-set.ts';
import { mergeLwwRegisters, type LwwRegister } from './lww-register.ts';
import { siblings, write, type MvRegister } from './mv-register.ts';
import { addElement, elements, removeElement, type OrSet } from './or-set.ts';
import { ZERO, add, countOf, mergePnCounters } from './pn-counter.ts';
import { NEVER } from './stamp.ts';

/** A type under test: how a replica changes its state (`n` is unique), how states merge, what they show. */
interface Type<S> {
  readonly empty: S;
  readonly change: (state: S, actor: string, n: number, argument: number) => S;
  readonly merge: (a: S, b: S) => S;
}

const type = <S>(of: Type<S>): Type<S> => of;

const TYPES = {
  'G-Counter': type({
    empty: NO_COUNTS,
    change: (state, actor, _n, by) => mergeGCounters(state, increment(state, actor, by)),
    merge: mergeGCounters,
  }),
  'PN-Counter': type({
    empty: ZERO,
    change: (state, actor, _n, by) => mergePnCounters(state, add(state, actor, by - 2)),
    merge: mergePnCounters,
  }),
  'G-Set': type<readonly string[]>({
    empty: [],
    change: (state, _actor, _n, element) => mergeGSets(state, [`e${element}`]),
    merge: mergeGSets,
  }),
  'LWW-Register': type<LwwRegister<number>>({
    empty: { value: 0, stamp: NEVER },
    // Clocks that stand still and go back: ties and inversions are the rule.
    change: (state, actor, n, time) =>
      mergeLwwRegisters(state, { value: n, stamp: { time, node: actor, count: n } }),
    merge: mergeLwwRegisters,
  }),
  'MV-Register': type<MvRegister<number>>({
    empty: NO_ENTRIES,
    // Blind writes as well as such that have seen everything.
    change: (state, actor, n, seen) =>
      mergeKernels(state, write(seen < 2 ? NOTHING_SEEN : state.context, { actor, count: n }, n)),
    merge: mergeKernels,
  }),
  'OR-Set': type<OrSet>({
    empty: NO_ENTRIES,
    change: (state, actor, n, argument) =>
      mergeKernels(
        state,
        argument < 3
          ? addElement(state, { actor, count: n }, `e${argument}`)
          : removeElement(state, `e${argument - 3}`),
      ),
    merge: mergeKernels,
  }),
} satisfies Record<string, unknown>;

const ACTORS = ['a', 'b', 'c'];
const steps = fc.array(
  fc.record({
    at: fc.nat({ max: 2 }),
    argument: fc.nat({ max: 5 }),
    from: fc.option(fc.nat({ max: 2 }), { nil: null, freq: 1 }),
  }),
  { maxLength: 30 },
);
type Steps = typeof steps extends fc.Arbitrary<infer S> ? S : never;

/** The states of three replicas after changes and merges in some order; counts are each actor's own, without gaps. */
function replicas<S>({ empty, change, merge }: Type<S>, taken: Steps): S[] {
  const states = [empty, empty, empty];
  const counts = [0, 0, 0];
  for (const { at, argument, from } of taken)
    states[at] =
      from === null
        ? change(states[at], ACTORS[at], ++counts[at], argument)
        : merge(states[at], states[from]);
  return states;
}

const text = (state: unknown) => canonicalJson(state as Json);

describe.each(Object.entries(TYPES))('%s', (_name, of) => {
  const { merge } = of as Type<unknown>;
  const states = steps.map((taken) => replicas(of as Type<unknown>, taken));

  it('merges commutatively', () => {
    fc.assert(
      fc.property(states, ([a, b]) => {
        expect(text(merge(a, b))).toBe(text(merge(b, a)));
      }),
    );
  });

  it('merges associatively', () => {
    fc.assert(
      fc.property(states, ([a, b, c]) => {
        expect(text(merge(merge(a, b), c))).toBe(text(merge(a, merge(b, c))));
      }),
    );
  });

  it('merges idempotently, and merging never loses what was merged before', () => {
    fc.assert(
      fc.property(states, ([a, b]) => {
        expect(text(merge(a, a))).toBe(text(a));
        expect(text(merge(merge(a, b), b))).toBe(text(merge(a, b)));
      }),
    );
  });
});

describe('what a type means', () => {
  it('a counter shows the sum of all changes, each once, however often and in whatever order they were merged', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 2 }), fc.integer({ min: -9, max: 9 }))), (changes) => {
        const states = [ZERO, ZERO, ZERO];
        for (const [at, amount] of changes)
          states[at] = mergePnCounters(states[at], add(states[at], ACTORS[at], amount));
        const everyone = [...states, ...states].reduce(mergePnCounters);
        expect(countOf(everyone)).toBe(changes.reduce((sum, [, amount]) => sum + amount, 0));
      }),
    );
    expect(total(increment({ a: 2, b: 1 }, 'a', 3))).toBe(5);
  });

  it('an OR-Set lets a concurrent add win over a remove, and a remove that saw the add win over it', () => {
    const added = addElement(NO_ENTRIES, { actor: 'a', count: 1 }, 'x');
    const removed = mergeKernels(added, removeElement(added, 'x'));
    expect(elements(removed)).toEqual([]);
    const again = mergeKernels(added, addElement(added, { actor: 'b', count: 1 }, 'x'));
    expect(elements(mergeKernels(removed, again))).toEqual(['x']);
    expect(elements(mergeKernels(removed, added))).toEqual([]);
  });

  it('an OR-Set has an element exactly if an add of it was seen by no remove: against a plain account of all events', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const of = TYPES['OR-Set'];
        // The account: which adds each replica has heard of, and which of them each remove saw.
        const heard = [0, 1, 2].map(() => new Set<string>());
        const dead = [0, 1, 2].map(() => new Set<string>());
        const counts = [0, 0, 0];
        for (const { at, argument, from } of taken) {
          if (from !== null) {
            for (const id of heard[from]) heard[at].add(id);
            for (const id of dead[from]) dead[at].add(id);
            continue;
          }
          counts[at]++;
          if (argument < 3) heard[at].add(`e${argument} ${ACTORS[at]}${counts[at]}`);
          else for (const id of heard[at]) if (id.startsWith(`e${argument - 3} `)) dead[at].add(id);
        }
        // Counts have gaps where a remove used one up: contexts must bear that.
        for (const [at, state] of replicas(of, taken).entries()) {
          const alive = [...heard[at]].filter((id) => !dead[at].has(id)).map((id) => id.split(' ')[0]);
          expect(elements(state)).toEqual([...new Set(alive)].sort());
        }
      }),
    );
  });

  it('a register keeps concurrent writes and drops those that a write had seen', () => {
    const one = write(NOTHING_SEEN, { actor: 'a', count: 1 }, 'one');
    const two = write(NOTHING_SEEN, { actor: 'b', count: 1 }, 'two');
    const both = mergeKernels(one, two);
    expect(siblings(both)).toEqual(['one', 'two']);
    const third = write(one.context, { actor: 'c', count: 1 }, 'three');
    expect(siblings(mergeKernels(both, third))).toEqual(['two', 'three']);
    expect(siblings(mergeKernels(both, write(both.context, { actor: 'c', count: 1 }, 'all')))).toEqual([
      'all',
    ]);
  });

  it('a context has seen exactly the events that were put into it', () => {
    const dots = fc.array(
      fc.record({ actor: fc.constantFrom('a', 'b'), count: fc.integer({ min: 1, max: 6 }) }),
    );
    fc.assert(
      fc.property(dots, dots, (a, b) => {
        const merged = mergeContexts(contextOf(a), contextOf(b));
        const inserted = (dot: Dot) =>
          [...a, ...b].some((d) => d.actor === dot.actor && d.count === dot.count);
        for (const actor of ['a', 'b'])
          for (let count = 1; count <= 6; count++)
            expect(hasSeen(merged, { actor, count })).toBe(inserted({ actor, count }));
      }),
    );
  });
});
