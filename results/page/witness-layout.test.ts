import fc from 'fast-check';
import { expect, it } from 'vitest';
import { witnessScale } from './witness-layout.ts';

it('the scale of a witness keeps the order of moments and tells all of them apart', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 1e13 }), { minLength: 2, maxLength: 12 }),
      fc.integer({ min: 100, max: 2000 }),
      (times, available) => {
        const scale = witnessScale(times, available);
        const at = [...times].sort((a, b) => a - b).map((t) => scale.x(t));
        for (let i = 1; i < at.length; i++) expect(at[i] - at[i - 1]).toBeGreaterThanOrEqual(43.9);
        expect(at[0]).toBe(0);
        expect(at.at(-1)).toBeCloseTo(scale.width, 3);
      },
    ),
  );
});
