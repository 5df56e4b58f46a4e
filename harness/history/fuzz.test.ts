import { expect, test } from 'vitest';
import { fuzzReader } from './testing/fuzz.ts';

test('damaged files of every format are either read soundly or refused with one sentence', () => {
  const { parsed, refused } = fuzzReader(2_000, 1);
  // Both ways are taken often: else the damage would be too small, or too great, to prove anything.
  expect(parsed).toBeGreaterThan(200);
  expect(refused).toBeGreaterThan(200);
});
