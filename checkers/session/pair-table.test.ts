import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PairTable } from './pair-table.ts';

const pair = fc.tuple(fc.nat(40), fc.integer({ min: -20, max: 1000 }));

it('holds what a Map of pairs holds, while it grows', () => {
  fc.assert(
    fc.property(fc.array(pair, { minLength: 1200, maxLength: 2400 }), (pairs) => {
      const table = new PairTable(1);
      const map = new Map<string, number>();
      pairs.forEach(([first, second], i) => {
        const id = `${first} ${second}`;
        const known = map.get(id) ?? -1;
        if (table.get(first, second) !== known) expect.fail(`pair ${id}`);
        if (i % 3 === 0) {
          if (table.add(first, second, i) !== known) expect.fail(`added pair ${id}`);
          if (known < 0) map.set(id, i);
        } else {
          table.set(first, second, i);
          map.set(id, i);
        }
      });
      for (const [first, second] of pairs)
        expect(table.get(first, second)).toBe(map.get(`${first} ${second}`));
    }),
    { numRuns: 3, seed: 1 },
  );
});
