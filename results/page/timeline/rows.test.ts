import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inventedHistory } from '../../testing/invented-run.ts';
import { openHistory } from '../../open-history.ts';
import { packHistory } from '../../packed-history.ts';
import { arrange, firstEndingAfter, type Grouping } from './rows.ts';

const ops = openHistory(packHistory(inventedHistory({ operations: 2000 })));

it.each<Grouping>(['process', 'key', 'node'])(
  'by %s, every operation stands in one row and none overlap in it',
  (by) => {
    const rows = arrange(ops, by, (id) => `group ${id}`);
    const all = rows.flatMap((row) => [...row.ops]).sort((a, b) => a - b);
    expect(all).toEqual(Array.from({ length: ops.count }, (_, o) => o));
    for (const row of rows) {
      for (let i = 1; i < row.ops.length; i++)
        expect(ops.start[row.ops[i]]).toBeGreaterThanOrEqual(ops.end[row.ops[i - 1]]);
      if (by !== 'process') expect(new Set([...row.ops].map((o) => ops[by][o])).size).toBe(1);
    }
  },
);

it('by process, a process takes the row of a retired one: rows are workers', () => {
  expect(new Set(ops.process).size).toBeGreaterThan(20);
  expect(arrange(ops, 'process', String)).toHaveLength(8);
});

it('a row is entered at the first operation that ends after a moment', () => {
  const row = arrange(ops, 'process', String)[0];
  fc.assert(
    fc.property(fc.double({ min: -1, max: ops.duration + 1, noNaN: true }), (time) => {
      const expected = [...row.ops].findIndex((o) => ops.end[o] > time);
      expect(firstEndingAfter(ops, row.ops, time)).toBe(expected < 0 ? row.ops.length : expected);
    }),
  );
});
