import { describe, expect, it } from 'vitest';
import { randomStream } from '../../harness/runtime/random.ts';
import { pairedMean, studentTwoSided } from './paired.ts';
import { discoveries, differs, fisherExact, rateOf } from './rates.ts';
import { medianOf, quantile, timeToFirst } from './quantiles.ts';

describe('paired differences', () => {
  it('have Student’s distribution (Fisher & Yates, table III)', () => {
    for (const [t, degrees, p] of [
      [12.706, 1, 0.05],
      [4.303, 2, 0.05],
      [2.776, 4, 0.05],
      [3.499, 7, 0.01],
      [3.646, 30, 0.001],
    ])
      expect(studentTwoSided(t, degrees)).toBeCloseTo(p, 4);
    expect(studentTwoSided(0, 5)).toBe(1);
  });

  it('have the mean, the interval and the chance that Student found for hyoscine (1908: t = 4.06, 10 pairs)', () => {
    const { value, low, high, p } = pairedMean([1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4]);
    expect([value, low, high].map((x) => x.toFixed(2))).toEqual(['1.58', '0.70', '2.46']);
    expect(p).toBeCloseTo(0.0028, 4);
  });

  it('that are all the same are certain, or nothing', () => {
    expect(pairedMean([2, 2, 2])).toEqual({ value: 2, low: 2, high: 2, p: 0 });
    expect(pairedMean([0, 0])).toMatchObject({ p: 1 });
    expect(() => pairedMean([1])).toThrow(RangeError);
  });
});

describe('rates of runs', () => {
  it('have the interval that Wilson gives (Newcombe 1998, table I: 81 of 263 → 0.2553 to 0.3662)', () => {
    const rate = rateOf(81, 263);
    expect(rate.low).toBeCloseTo(0.2553, 4);
    expect(rate.high).toBeCloseTo(0.3662, 4);
  });

  it('of nothing seen say how much could have been missed (Newcombe 1998: 0 of 20 → 0 to 0.1611)', () => {
    expect(rateOf(0, 20)).toMatchObject({ low: 0 });
    expect(rateOf(0, 20).high).toBeCloseTo(0.1611, 4);
    expect(rateOf(20, 20).high).toBe(1);
    expect(rateOf(0, 0)).toMatchObject({ low: 0, high: 1 });
  });

  it('are told apart by the exact test (Fisher’s tea: 3 of 4 against 1 of 4 → p = 0.4857)', () => {
    expect(fisherExact({ hits: 3, runs: 4 }, { hits: 1, runs: 4 })).toBeCloseTo(0.4857, 4);
    expect(fisherExact({ hits: 10, runs: 10 }, { hits: 0, runs: 10 })).toBeCloseTo(2 / 184756, 9);
  });

  it('differ only when the difference is beyond chance and large enough', () => {
    expect(differs(rateOf(9, 10), rateOf(0, 10), 0.2)).toBe(true);
    expect(differs(rateOf(2, 3), rateOf(0, 3), 0.2)).toBe(false);
    expect(differs(rateOf(1000, 10000), rateOf(1100, 10000), 0.2)).toBe(false);
  });

  it('of many cells keep the share of false discoveries (Benjamini & Hochberg 1995, the example of section 3.2)', () => {
    const p = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
      0.759, 1,
    ];
    expect(discoveries(p).filter(Boolean)).toHaveLength(4);
    expect(discoveries([])).toEqual([]);
  });
});

describe('quantiles over runs', () => {
  it('interpolate between neighbours', () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantile([5], 0.99)).toBe(5);
    expect(quantile([], 0.5)).toBeNaN();
  });

  it('come with an interval that holds the value and is the same for the same seed', () => {
    const values = Array.from({ length: 40 }, (_, i) => (i * 7919) % 101);
    const first = medianOf(values, randomStream('1', 'bootstrap'));
    expect(first.low).toBeLessThan(first.value);
    expect(first.high).toBeGreaterThan(first.value);
    expect(medianOf(values, randomStream('1', 'bootstrap'))).toEqual(first);
  });
});

describe('time to the first anomaly', () => {
  it('is total time over findings, censored runs included', () => {
    expect(
      timeToFirst([
        { seconds: 10, found: true },
        { seconds: 30, found: false },
      ]),
    ).toEqual({ seconds: 40, atLeast: 0 });
  });
  it('is only bounded from below when nothing was found', () => {
    expect(timeToFirst([{ seconds: 30, found: false }])).toEqual({ seconds: null, atLeast: 10 });
  });
});
