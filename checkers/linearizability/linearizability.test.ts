import { fuzzRuns } from '../testing/runs.ts';
import { describe, expect, it } from 'vitest';
import { historyOf } from '../../harness/history/builder.ts';
import type { Verdict } from '../types.ts';
import { linearizability } from './linearizability.ts';
import { exhaust } from './testing/exhaustive.ts';
import { fuzz, SIMULATIONS } from './testing/fuzz.ts';
import { holds } from './validate.ts';

it('shows with a compare-and-set that nobody saw return the one that proves it', () => {
  const history = historyOf([
    { time: 0, process: 0, type: 'invoke', f: 'write', value: 5 },
    { time: 1, process: 0, type: 'ok', f: 'write', value: 5 },
    { time: 2, process: 2, type: 'invoke', f: 'cas', value: [4, 7] },
    { time: 3, process: 3, type: 'invoke', f: 'cas', value: [null, 4] },
    { time: 4, process: 2, type: 'ok', f: 'cas', value: true },
  ]);
  const { findings } = linearizability.check(history, {}) as Verdict;
  expect(findings).toMatchObject([{ name: 'new-old-inversion', witness: [0, 1, 2, 3, 4] }]);
  expect(holds(history, findings[0], {})).toBe(true);
});

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
