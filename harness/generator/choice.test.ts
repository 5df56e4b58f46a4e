import { describe, expect, it } from 'vitest';
import { anyOf, mix } from './choice.ts';
import { fn } from './operations.ts';
import { limit } from './sequence.ts';
import { invocations } from './testing/simulate.ts';
import { delay } from './time.ts';

const endless = (f: string) => fn(() => ({ f }));
const count = (events: { f: string }[], f: string) => events.filter((event) => event.f === f).length;

describe('mix', () => {
  it('keeps the shares', () => {
    const seen = invocations(
      mix([
        [3, endless('read')],
        [1, endless('write')],
      ]),
      { operations: 4000 },
    );
    expect(count(seen, 'read')).toBeGreaterThan(2850);
    expect(count(seen, 'read')).toBeLessThan(3150);
  });

  it('goes on with the others when one is done, and ends with the last', () => {
    const seen = invocations(
      mix([
        [1, limit(5, endless('a'))],
        [9, limit(20, endless('b'))],
      ]),
    );
    expect([count(seen, 'a'), count(seen, 'b')]).toEqual([5, 20]);
    expect(invocations(mix([]))).toEqual([]);
  });

  it('refuses a share of nothing', () => {
    expect(() => mix([[0, endless('a')]])).toThrow('a weight must be above 0, not 0');
  });

  it('gives each generator a stream of its own: a weight changes the order, not what they draw', () => {
    const drawing = (f: string) => fn(({ random }) => ({ f, value: random.below(1_000_000) }));
    const drawn = (weight: number) =>
      invocations(
        mix([
          [1, drawing('a')],
          [weight, drawing('b')],
        ]),
        { operations: 200 },
      )
        .filter(({ f }) => f === 'a')
        .map(({ value }) => value)
        .slice(0, 20);
    expect(drawn(3)).toEqual(drawn(1));
    expect(new Set(drawn(1)).size).toBe(20);
  });
});

describe('anyOf', () => {
  it('takes whichever is due, and lets equals take turns', () => {
    const seen = invocations(anyOf(endless('a'), endless('b')), { operations: 100 });
    expect(count(seen, 'a')).toBe(50);
    const timed = invocations(anyOf(delay(100, endless('slow')), limit(50, endless('fast'))), {
      operations: 60,
      concurrency: 1,
    });
    expect(timed.filter(({ f }) => f === 'slow')[1].time).toBe(100);
    expect(count(timed, 'fast')).toBe(50);
  });

  it('ends when all have ended', () => {
    expect(invocations(anyOf(limit(2, endless('a')), limit(3, endless('b'))))).toHaveLength(5);
  });
});
