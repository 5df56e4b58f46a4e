import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from './random.ts';
import type { Random } from './types.ts';

const draws = (random: Random, n = 20): number[] => Array.from({ length: n }, () => random.below(1_000_000));

describe('a random stream', () => {
  it('is the same for the same seed and name, whether the seed is a number or its digits', () => {
    expect(draws(randomStream(42, 'clients'))).toEqual(draws(randomStream('42', 'clients')));
  });

  it('gives the values it has always given (saved seeds stay good)', () => {
    expect(draws(randomStream(7, 'clients'), 4)).toEqual(PINNED);
  });

  it('is another one for another seed or another name', () => {
    const all = [
      randomStream(1, 'a'),
      randomStream(2, 'a'),
      randomStream(1, 'b'),
      randomStream(12, 'x'),
      randomStream(1, '2x'),
    ].map((random) => draws(random).join());
    expect(new Set(all).size).toBe(all.length);
  });

  it('forks by name, not by position: what was drawn before does not matter', () => {
    const fresh = randomStream(1, 'a');
    const used = randomStream(1, 'a');
    draws(used, 100);
    expect(draws(used.fork('child'))).toEqual(draws(fresh.fork('child')));
    expect(draws(fresh.fork('child'))).not.toEqual(draws(fresh.fork('other')));
  });

  it('does not notice that its forks are used', () => {
    const alone = randomStream(1, 'a');
    const parent = randomStream(1, 'a');
    const child = parent.fork('child');
    const mixed = Array.from({ length: 20 }, () => {
      child.below(10);
      return parent.below(1_000_000);
    });
    expect(mixed).toEqual(draws(alone));
  });

  it('has first draws that look uniform over forks with consecutive names', () => {
    const root = randomStream(1, 'clients');
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < 16_000; i++) counts[root.fork(String(i)).below(16)]++;
    const chiSquare = counts.reduce((sum, count) => sum + ((count - 1000) * (count - 1000)) / 1000, 0);
    expect(chiSquare).toBeLessThan(37.7); // 15 degrees of freedom, p = 0.001; the seed is fixed
  });

  it('stays within its bounds', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.integer({ min: 1, max: 2 ** 31 }), (seed, name, n) => {
        const random = randomStream(seed, name);
        const drawn = random.below(n);
        const unit = random.unit();
        return Number.isInteger(drawn) && drawn >= 0 && drawn < n && unit >= 0 && unit < 1;
      }),
    );
  });

  it('shuffles without losing anything and leaves its input alone', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.integer()), (seed, items) => {
        const before = [...items];
        const shuffled = randomStream(seed, 's').shuffle(items);
        expect(items).toEqual(before);
        expect([...shuffled].sort((a, b) => a - b)).toEqual(before.sort((a, b) => a - b));
      }),
    );
    expect(randomStream(1, 's').shuffle([1, 2, 3, 4, 5, 6, 7, 8])).not.toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('knows certain chances', () => {
    const random = randomStream(1, 'c');
    for (let i = 0; i < 100; i++) {
      expect(random.chance(0)).toBe(false);
      expect(random.chance(1)).toBe(true);
    }
  });

  it('refuses what has no meaning', () => {
    const random = randomStream(1, 'r');
    expect(() => random.below(0)).toThrow('from 1 to 2^31, not 0');
    expect(() => random.below(1.5)).toThrow(RangeError);
    expect(() => random.pick([])).toThrow('nothing to pick from');
  });
});

const PINNED = [259220, 983283, 602719, 790802];
