import { fuzzRuns } from '../testing/runs.ts';
import { describe, expect, it } from 'vitest';
import { historyOf } from '../../harness/history/builder.ts';
import type { EventInput, Json } from '../../harness/history/event.ts';
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

const whole = (process: number, f: string, value: Json, saw = value): EventInput[] => [
  { time: 0, process, type: 'invoke', f, value },
  { time: 0, process, type: 'ok', f, value: saw },
];

it('takes no two values for one, whatever their types', () => {
  const values: Json[] = [0, 'a', 'b', '0', true, null, [0], { a: 0 }, -1, 1];
  for (const written of values)
    for (const read of values) {
      const others = values.filter((v) => v !== read).flatMap((v) => whole(1, 'write', v));
      const history = historyOf([...others, ...whole(1, 'write', written), ...whole(2, 'read', null, read)]);
      const { valid } = linearizability.check(history, { initial: 'none' }) as Verdict;
      expect(valid, `${JSON.stringify(written)} ${JSON.stringify(read)}`).toBe(written === read);
    }
});

it('needs no more budget than the configurations that it tells, and is unknown below', () => {
  const events: EventInput[] = [];
  for (let round = 0; round < 5; round++) {
    for (let p = 0; p < 4; p++) events.push({ time: 0, process: p, type: 'invoke', f: 'write', value: p });
    for (let p = 0; p < 4; p++) events.push({ time: 0, process: p, type: 'ok', f: 'write', value: p });
    events.push(...whole(9, 'read', null, round % 4));
  }
  const check = (budget?: number): Verdict =>
    linearizability.check(historyOf(events), budget === undefined ? {} : { budget }) as Verdict;
  const { valid, stats } = check();
  expect(valid).toBe(true);
  const explored = stats!.configurations as number;
  expect(check(explored)).toMatchObject({ valid: true });
  expect(check(1)).toMatchObject({ valid: 'unknown' });
});

it('calls a refused compare-and-set wrong only where nobody else could have changed the value', () => {
  const refused = whole(3, 'cas', [1, 2], false);
  const judged = (...events: EventInput[][]): string[] =>
    (linearizability.check(historyOf(events.flat()), {}) as Verdict).findings.map((f) => f.name);
  expect(judged(whole(1, 'write', 1), refused)).toEqual(['refused-cas']);
  expect(judged(whole(1, 'write', 2), whole(1, 'write', 1), refused)).toEqual(['refused-cas']);
  expect(judged(whole(1, 'write', 1), whole(1, 'write', 2), refused)).toEqual([]);
  const overlapping = whole(2, 'write', 5);
  expect(judged([overlapping[0]], whole(1, 'write', 1), refused, [overlapping[1]])).toEqual([]);
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
