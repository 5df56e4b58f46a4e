import { describe, expect, it } from 'vitest';
import { anyOf } from './choice.ts';
import { fn } from './operations.ts';
import { limit, sequence } from './sequence.ts';
import { invocations, simulate } from './testing/simulate.ts';
import { filter, map, named, untilOk } from './transform.ts';

const counting = fn(({ n }) => ({ f: 'add', value: n }));
const drawing = fn(({ random }) => ({ f: 'draw', value: random.below(1_000_000) }));

describe('map and filter', () => {
  it('map changes what an operation is, not who does it when', () => {
    const plain = invocations(limit(9, counting));
    const mapped = invocations(
      map((o) => ({ f: 'put', value: [o.value ?? null], node: 'n1' }), limit(9, counting)),
    );
    expect(mapped.map(({ thread, time }) => [thread, time])).toEqual(
      plain.map(({ thread, time }) => [thread, time]),
    );
    expect(mapped[3]).toMatchObject({ f: 'put', value: [3], node: 'n1' });
  });

  it('filter drops what does not pass', () => {
    const even = filter(({ value }) => (value as number) % 2 === 0, limit(10, counting));
    expect(invocations(even).map(({ value }) => value)).toEqual([0, 2, 4, 6, 8]);
  });

  it('filter does not search for ever', () => {
    expect(() => invocations(filter(() => false, counting))).toThrow(
      'none of 10000 operations in a row passes',
    );
  });
});

describe('untilOk', () => {
  it('tries again until one operation has ended ok', () => {
    const seen = invocations(untilOk(counting), { concurrency: 1, ends: (_, n) => (n < 4 ? 'fail' : 'ok') });
    expect(seen).toHaveLength(5);
  });

  it('is not satisfied by somebody else’s success', () => {
    const events = simulate(
      anyOf(
        limit(
          1,
          fn(() => ({ f: 'other', thread: 0 })),
        ),
        untilOk(fn(() => ({ f: 'mine', thread: 1 }))),
      ),
      {
        concurrency: 2,
        takes: ({ f }) => (f === 'other' ? 5 : 10),
        ends: ({ f }, n) => (f === 'other' || n > 4 ? 'ok' : 'fail'),
      },
    );
    expect(events.filter(({ f, type }) => f === 'mine' && type === 'fail').length).toBeGreaterThan(1);
    expect(events.at(-1)).toMatchObject({ f: 'mine', type: 'ok' });
  });

  it('lets the next in a sequence go on', () => {
    const seen = invocations(
      sequence(
        untilOk(counting),
        limit(
          1,
          fn(() => ({ f: 'next' })),
        ),
      ),
      { concurrency: 1 },
    );
    expect(seen.map(({ f }) => f)).toEqual(['add', 'next']);
  });
});

describe('named', () => {
  it('draws the same wherever it stands', () => {
    const mine = map((o) => ({ ...o, f: 'mine' }), named('mine', limit(10, drawing)));
    const values = (generator: typeof mine) =>
      invocations(generator, { concurrency: 1 })
        .filter(({ f }) => f === 'mine')
        .map(({ value }) => value);
    expect(values(mine)).toEqual(values(map((o) => o, mine)));
    expect(values(mine)).not.toEqual(values(map((o) => ({ ...o, f: 'mine' }), limit(10, drawing))));
  });
});
