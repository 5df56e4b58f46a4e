import { describe, expect, it } from 'vitest';
import { historyOf } from '../../harness/history/builder.ts';
import { Script } from '../sets-queues-counters/testing/cluster-history.ts';
import { fuzzRuns } from '../testing/runs.ts';
import type { Checker, Verdict } from '../types.ts';
import { causalMemory, pram } from './memory.ts';
import { fuzzViews } from './testing/fuzz.ts';

const check = (checker: Checker, script: Script): Verdict =>
  checker.check(historyOf(script.events), {}) as Verdict;
const x = { key: 'x' };
const y = { key: 'y' };
const reads = (script: Script, session: number, ...values: number[]): Script => {
  for (const saw of values) script.op(session, 'read', null, { ...x, saw });
  return script;
};
const concurrent = (): Script => new Script().op(1, 'write', 1, x).op(2, 'write', 2, x);

describe('causal memory', () => {
  it('allows two sessions to see concurrent writes in different orders', () => {
    const script = reads(reads(concurrent(), 3, 1, 2), 4, 2, 1);
    expect(check(causalMemory, script)).toMatchObject({ valid: true, findings: [] });
    expect(check(pram, script)).toMatchObject({ valid: true, findings: [] });
  });
  it('is violated by one session that sees them in both', () => {
    const script = reads(concurrent(), 3, 1, 2, 1);
    expect(check(causalMemory, script).findings).toMatchObject([
      { name: 'cyclic-hb', certain: true, witness: [1, 3, 5, 7, 9] },
    ]);
    expect(check(pram, script).findings).toMatchObject([{ name: 'non-pram', witness: [1, 3, 5, 7, 9] }]);
  });
  it('carries causes through what others read, which PRAM does not', () => {
    const script = new Script().op(1, 'write', 1, x).op(2, 'read', null, { ...x, saw: 1 });
    script
      .op(2, 'write', 2, y)
      .op(3, 'read', null, { ...y, saw: 2 })
      .op(3, 'read', null, { ...x, saw: null });
    expect(check(causalMemory, script).findings.map((f) => f.name)).toEqual(['write-hb-init-read']);
    expect(check(causalMemory, script).findings[0].explanation).toBe(
      'session 3 read null (the initial value) from key "x" (#9), although 1 (#1) must come before it.',
    );
    expect(check(pram, script)).toMatchObject({ valid: true });
  });
  it('shows what an order rests on that rests on another one', () => {
    const [z, q] = [{ key: 'z' }, { key: 'q' }];
    // x: 1 before 2, since session 3 had q of 7 when it read 2. So z: 1 before 2, which the last read turns round.
    const script = new Script().op(1, 'write', 1, z).op(1, 'write', 1, x).op(1, 'write', 7, q);
    script.op(2, 'write', 2, x).op(2, 'write', 5, y).op(4, 'write', 2, z);
    for (const [{ key }, saw] of [
      [y, 5],
      [z, 2],
      [q, 7],
      [x, 2],
      [z, 1],
    ] as const)
      script.op(3, 'read', null, { key, saw });
    expect(check(causalMemory, script).findings).toMatchObject([
      { name: 'cyclic-hb', witness: [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21] },
    ]);
  });
  it('is violated under PRAM by two writes of one session seen in the wrong order', () => {
    const script = new Script().op(1, 'write', 1, x).op(1, 'write', 2, x);
    expect(check(pram, reads(script, 2, 2, 1)).valid).toBe(false);
  });
  it('is unknown beyond its budget, never valid', () => {
    const history = historyOf(reads(concurrent(), 3, 1).events);
    expect(causalMemory.check(history, { budget: 2 })).toMatchObject({ valid: 'unknown' });
    expect(pram.check(history, { budget: 2 })).toMatchObject({ valid: 'unknown' });
  });
  it('agrees with every order tried for every session, and its witnesses stand alone', () => {
    const { runs, cm, pram: isPram } = fuzzViews(fuzzRuns(1000), 5);
    expect(cm / runs).toBeGreaterThan(0.2);
    expect(cm / runs).toBeLessThan(0.9);
    expect(isPram).toBeGreaterThan(cm);
  });
});
