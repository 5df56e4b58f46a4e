import { describe, expect, it } from 'vitest';
import { fn, once } from './operations.ts';
import { cycle, finalPhase, limit, phases, repeat, sequence, synchronize } from './sequence.ts';
import { invocations, simulate } from './testing/simulate.ts';
import { nemesis } from './threads.ts';
import { sleep, timeLimit } from './time.ts';

const op = (f: string) => once({ f });
const names = (events: { f: string }[]) => events.map(({ f }) => f).join(' ');
const counting = fn(({ n }) => ({ f: 'add', value: n }));

describe('sequence', () => {
  it('gives each to its end, then the next, without waiting for completions', () => {
    const seen = invocations(sequence(op('a'), limit(2, counting), op('b')), { concurrency: 4 });
    expect(names(seen)).toBe('a add add b');
    expect(seen.every(({ time }) => time === 0)).toBe(true);
  });

  it('has nothing to say when it is empty, and copes with thousands that have nothing to say', () => {
    expect(invocations(sequence())).toEqual([]);
    const nothing = Array.from({ length: 50_000 }, () => limit(0, counting));
    expect(names(invocations(sequence(...nothing, op('end'))))).toBe('end');
  });
});

describe('cycle', () => {
  it('begins anew, as often as it is told', () => {
    expect(names(invocations(cycle(sequence(op('a'), op('b')), 3)))).toBe('a b a b a b');
    expect(invocations(cycle(op('a')), { operations: 50 })).toHaveLength(50);
  });

  it('waits anew in every round', () => {
    const seen = invocations(cycle(sequence(sleep(100), op('a')), 3));
    expect(seen.map(({ time }) => time)).toEqual([100, 200, 300]);
  });

  it('ends when a round has nothing to give, instead of spinning', () => {
    expect(invocations(cycle(limit(0, counting)))).toEqual([]);
  });

  it('draws anew in every round', () => {
    const draw = once(({ random }) => ({ f: 'x', value: random.below(1_000_000) }));
    const seen = invocations(cycle(draw, 20));
    expect(new Set(seen.map(({ value }) => value)).size).toBe(20);
  });
});

describe('repeat', () => {
  it('gives the same operation again and never moves on', () => {
    expect(names(invocations(repeat(sequence(op('a'), op('b')), 3)))).toBe('a a a');
  });
});

describe('limit', () => {
  it('stops after so many operations', () => {
    expect(invocations(limit(7, counting)).map(({ value }) => value)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(invocations(limit(0, counting))).toEqual([]);
  });
});

describe('phases', () => {
  it('begin when every operation of the phase before has completed', () => {
    const events = simulate(phases(limit(3, counting), op('b')), { takes: (_, n) => 10 * (n + 1) });
    expect(events.find(({ f }) => f === 'b')).toMatchObject({ type: 'invoke', time: 30 });
  });

  it('synchronize waits for all threads, also for those of others', () => {
    const seen = invocations(sequence(limit(2, counting), synchronize(op('b'))));
    expect(seen.at(-1)).toMatchObject({ f: 'b', time: 10 });
  });

  it('the final one belongs to the clients and waits for the nemesis', () => {
    const main = timeLimit(50, nemesis(op('kill'), limit(1, counting)));
    const seen = invocations(finalPhase(main, limit(4, counting)), {
      nemesis: true,
      takes: ({ f }) => (f === 'kill' ? 500 : 10),
    });
    expect(names(seen)).toBe('kill add add add add add');
    expect(seen.slice(2).every(({ time, thread }) => time >= 500 && thread !== 'nemesis')).toBe(true);
  });
});
