import { describe, expect, it } from 'vitest';
import { SECOND } from '../runtime/types.ts';
import { fn, once } from './operations.ts';
import { limit, sequence } from './sequence.ts';
import { invocations, simulate } from './testing/simulate.ts';
import { delay, rate, sleep, stagger, timeLimit } from './time.ts';

const endless = fn(({ n }) => ({ f: 'op', value: n }));
const times = (events: { time: number }[]) => events.map(({ time }) => time);

describe('sleep and delay', () => {
  it('sleep is a pause in a sequence', () => {
    expect(times(invocations(sequence(once({ f: 'a' }), sleep(50), once({ f: 'b' }))))).toEqual([0, 50]);
  });

  it('delay keeps operations apart', () => {
    expect(times(invocations(delay(25, limit(4, endless))))).toEqual([0, 25, 50, 75]);
  });
});

describe('timeLimit', () => {
  it('counts from the first question, and ends although operations are under way', () => {
    const events = simulate(sequence(sleep(100), timeLimit(35, endless)), { concurrency: 1 });
    expect(times(events.filter(({ type }) => type === 'invoke'))).toEqual([100, 110, 120, 130]);
    expect(events.at(-1)).toMatchObject({ type: 'ok', time: 140 });
  });

  it('ends a generator that waits for longer', () => {
    const seen = invocations(sequence(timeLimit(30, sequence(sleep(500), endless)), once({ f: 'next' })));
    expect(seen).toMatchObject([{ f: 'next', time: 30 }]);
  });

  it('drops what an overloaded open loop still owes', () => {
    const seen = invocations(timeLimit(100, rate(SECOND / 10, endless)), { concurrency: 1, takes: () => 40 });
    expect(times(seen)).toEqual([0, 40, 80]);
  });
});

describe('stagger', () => {
  it('spreads operations at random about the mean, whatever thread does them', () => {
    const seen = times(invocations(stagger(1000, endless), { operations: 2000, takes: () => 500 }));
    const gaps = seen.slice(1).map((time, i) => time - seen[i]);
    const mean = seen.at(-1)! / gaps.length;
    expect(mean).toBeGreaterThan(950);
    expect(mean).toBeLessThan(1050);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2000);
    expect(new Set(gaps).size).toBeGreaterThan(500);
  });

  it('is a closed loop: what was missed is not made up for', () => {
    const seen = invocations(stagger(10, endless), {
      concurrency: 1,
      takes: (_, n) => (n === 0 ? 1000 : 1),
      operations: 30,
    });
    expect(seen[1].time).toBe(1000);
    expect(seen.filter(({ time }) => time === 1000)).toHaveLength(1);
    expect(seen.every(({ time, intended }) => time === intended)).toBe(true);
  });
});

describe('rate', () => {
  it('means operation n to start at n / rate, to the nanosecond and without drift', () => {
    const seen = invocations(rate(3, endless), { operations: 7 });
    expect(seen.map(({ intended }) => intended)).toEqual([
      0, 333_333_333, 666_666_666, 1_000_000_000, 1_333_333_333, 1_666_666_666, 2_000_000_000,
    ]);
  });

  it('is an open loop: a stall delays operations but not their intended starts', () => {
    const seen = invocations(rate(SECOND / 10, endless), {
      concurrency: 1,
      takes: (_, n) => (n === 2 ? 75 : 1),
      operations: 12,
    });
    expect(seen.map(({ intended }) => intended)).toEqual(Array.from({ length: 12 }, (_, n) => n * 10));
    expect(seen[2].time).toBe(20);
    expect(seen[3].time).toBe(95); // seventy-five late, and measured so
    expect(seen[10].time).toBe(102);
    expect(seen[11].time).toBe(110); // caught up
  });

  it('refuses to stand still', () => {
    expect(() => rate(0, endless)).toThrow('must be above 0, not 0');
  });
});
