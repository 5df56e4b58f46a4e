import { describe, expect, it } from 'vitest';
import { independentKeys } from './keys.ts';
import { fn, remembering } from './operations.ts';
import { limit } from './sequence.ts';
import { invocations } from './testing/simulate.ts';
import { rate } from './time.ts';

const writes = fn(({ n }) => ({ f: 'write', value: n }));

describe('independent keys', () => {
  it('rotate: so many in use at a time, each replaced when its operations are done', () => {
    const seen = invocations(independentKeys({ live: 3, operations: () => limit(10, writes) }), {
      operations: 300,
    });
    const perKey = new Map<unknown, unknown[]>();
    for (const { key, value } of seen) perKey.set(key, [...(perKey.get(key) ?? []), value]);
    expect(perKey.size).toBeGreaterThanOrEqual(30);
    expect(perKey.size).toBeLessThanOrEqual(33);
    expect(perKey.get(0)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const finished = new Set<unknown>();
    for (const [i, { key }] of seen.entries()) {
      expect(finished.has(key)).toBe(false);
      if (!seen.slice(i + 1).some((later) => later.key === key)) finished.add(key);
    }
  });

  it('stay the same keys when their operations never end, under names of the caller’s own', () => {
    const seen = invocations(
      independentKeys({ live: 2, operations: () => writes, keyOf: (number) => `k${number}` }),
      { operations: 100 },
    );
    expect([...new Set(seen.map(({ key }) => key))].sort()).toEqual(['k0', 'k1']);
  });

  it('hear only of events on their own key', () => {
    const remembered = remembering<number>(
      0,
      (count, { type }) => (type === 'invoke' ? count : count + 1),
      (_, count) => ({ f: 'seen', value: count }),
    );
    const seen = invocations(independentKeys({ live: 2, operations: () => remembered }), {
      concurrency: 1,
      operations: 40,
    });
    for (const wanted of [0, 1]) {
      const counts = seen.filter(({ key }) => key === wanted).map(({ value }) => value);
      expect(counts).toEqual(counts.map((_, i) => i));
    }
  });

  it('wait for the first key that can go on when all of them wait', () => {
    const seen = invocations(independentKeys({ live: 2, operations: () => rate(1e7, writes) }), {
      operations: 6,
    });
    expect(seen.map(({ time }) => time)).toEqual([0, 0, 100, 100, 200, 200]);
  });

  it('refuse keys without operations, and a pool without keys', () => {
    expect(() => invocations(independentKeys({ live: 1, operations: () => limit(0, writes) }))).toThrow(
      'there is no operation on key 1',
    );
    expect(() => independentKeys({ live: 0, operations: () => writes })).toThrow('must be 1 or more, not 0');
  });
});
