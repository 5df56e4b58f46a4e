import { fuzzRuns } from '../testing/runs.ts';
import { describe, expect, it } from 'vitest';
import { exhaust } from './testing/exhaustive.ts';
import { fuzz, SIMULATIONS } from './testing/fuzz.ts';

describe('the linearizability checker agrees with brute force', () => {
  it.each(Object.keys(SIMULATIONS))('on random histories and near misses: %s', (name) => {
    const { runs, valid } = fuzz(name, fuzzRuns(1000), 42);
    expect(valid / runs).toBeGreaterThan(0.2);
    expect(valid / runs).toBeLessThan(0.8);
  });

  it('on every history of up to three operations on a register with compare-and-set', () => {
    const sizes = fuzzRuns(3) === 3 ? [1, 2, 3] : [1, 2];
    expect(sizes.map(exhaust)).toEqual([10, 300, 15_000].slice(0, sizes.length));
  });
});
