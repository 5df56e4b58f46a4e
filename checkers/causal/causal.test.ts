import { fuzzRuns } from '../testing/runs.ts';
import { describe, expect, it } from 'vitest';
import { historyOf } from '../../harness/history/builder.ts';
import { Script } from '../sets-queues-counters/testing/cluster-history.ts';
import type { Verdict } from '../types.ts';
import { causal } from './causal.ts';
import { fuzzCausal } from './testing/fuzz.ts';

const check = (script: Script): Verdict => causal.check(historyOf(script.events), {}) as Verdict;
const x = { key: 'x' };
const y = { key: 'y' };

describe('causal', () => {
  it('is valid when two sessions see concurrent writes in different orders only once each', () => {
    const script = new Script().op(1, 'write', 1, x).op(2, 'write', 2, x);
    script.op(3, 'read', null, { ...x, saw: 1 }).op(4, 'read', null, { ...x, saw: 2 });
    expect(check(script)).toMatchObject({ valid: true, findings: [] });
  });
  it('is violated by an answer seen without its question', () => {
    const script = new Script()
      .op(1, 'write', 1, x)
      .op(2, 'read', null, { ...x, saw: 1 })
      .op(2, 'write', 2, y);
    const verdict = check(
      script.op(3, 'read', null, { ...y, saw: 2 }).op(3, 'read', null, { ...x, saw: null }),
    );
    expect(verdict).toMatchObject({
      valid: false,
      findings: [
        {
          name: 'write-co-init-read',
          certain: true,
          witness: [1, 3, 5, 7, 9],
          evidence: { causalPath: [1, 3, 5, 7, 9] },
        },
      ],
    });
    expect(verdict.findings[0].explanation).toContain('is in its causal past (#1 → #3 → #5 → #7 → #9)');
  });
  it('is violated by a value that was causally overwritten', () => {
    const script = new Script().op(1, 'write', 1, x).op(1, 'write', 2, x).op(1, 'write', 3, y);
    script.op(3, 'read', null, { ...y, saw: 3 }).op(3, 'read', null, { ...x, saw: 1 });
    expect(check(script).findings).toMatchObject([{ name: 'write-co-read', witness: [1, 3, 5, 7, 9] }]);
  });
  it('knows what a compare-and-set has seen as soon as its value is read, before it completes', () => {
    const script = new Script().op(1, 'write', 1, x);
    const { events } = script;
    const at = (offset: number) => events[events.length - 1].time + offset;
    const cas = { process: 2, f: 'cas', key: 'x', value: [1, 2] };
    events.push({ ...cas, time: at(1), type: 'invoke' });
    script.op(3, 'read', null, { ...x, saw: 2 }).op(3, 'read', null, { ...x, saw: 1 });
    events.push({ ...cas, time: at(1), type: 'ok' });
    expect(check(script).findings).toMatchObject([{ name: 'write-co-read' }]);
  });
  it('names two sessions that order concurrent writes differently: causal, but not convergent', () => {
    const script = new Script().op(1, 'write', 1, x).op(2, 'write', 2, x);
    script.op(3, 'read', null, { ...x, saw: 1 }).op(3, 'read', null, { ...x, saw: 2 });
    script.op(4, 'read', null, { ...x, saw: 2 }).op(4, 'read', null, { ...x, saw: 1 });
    expect(check(script)).toMatchObject({ valid: false, findings: [{ name: 'cyclic-cf' }] });
  });
  it('does not take an indeterminate write as a cause of what its session did next', () => {
    const token = { session: 's' };
    const script = new Script()
      .op(1, 'write', 1, { ...x, ...token, type: 'info' })
      .op(2, 'write', 2, { ...y, ...token });
    script.op(3, 'read', null, { ...y, saw: 2 }).op(3, 'read', null, { ...x, saw: null });
    expect(check(script)).toMatchObject({ valid: true });
  });
  it('names reads of values from nowhere, from failed writes and from the future', () => {
    const read = (script: Script, saw: number): string[] =>
      check(script.op(2, 'read', null, { ...x, saw })).findings.map((f) => f.name);
    expect(read(new Script(), 9)).toEqual(['thin-air-read']);
    expect(read(new Script().op(1, 'write', 9, { ...x, type: 'fail' }), 9)).toEqual(['failed-write-visible']);
    expect(
      check(new Script().op(2, 'read', null, { ...x, saw: 1 }).op(1, 'write', 1, x)).findings,
    ).toMatchObject([{ name: 'future-read' }]);
  });
  it('says of a value that cannot be why not', () => {
    const why = (script: Script): string =>
      check(script.op(2, 'read', null, { ...x, saw: 9 })).findings[0].explanation;
    expect(why(new Script())).toContain('which nobody had written');
    expect(why(new Script().op(1, 'write', 9, { ...x, type: 'fail' }))).toContain('whose write had failed');
  });
  it('shows the shortest of the cycles that it meets', () => {
    // Sessions 3 and 4 order 1 and 2 differently; the same contradiction leads through a third write, too.
    const script = new Script().op(1, 'write', 1, x).op(2, 'write', 2, x).op(5, 'write', 3, x);
    for (const [session, values] of [
      [3, [1, 2]],
      [4, [2, 1]],
      [6, [1, 3]],
      [7, [3, 2]],
      [8, [2, 3]],
    ] as const)
      for (const saw of values) script.op(session, 'read', null, { ...x, saw });
    const [finding] = check(script).findings;
    expect(finding.name).toBe('cyclic-cf');
    expect(finding.evidence!.cycle).toHaveLength(2);
  });
  // Clocks are rows of one array: these have a greater number in the place next to the one that counts.
  it('is violated by the initial value after a write, whatever the first writer had seen', () => {
    const script = new Script().op(0, 'read', null, { ...y, saw: null }).op(0, 'write', 1, y);
    script
      .op(1, 'write', 2, x)
      .op(2, 'read', null, { ...x, saw: 2 })
      .op(2, 'read', null, { ...x, saw: null });
    expect(check(script).findings).toMatchObject([{ name: 'write-co-init-read', witness: [5, 7, 9] }]);
  });
  it('is violated by an overwritten value, whatever the writer before it had seen', () => {
    const script = new Script()
      .op(0, 'read', null, { ...y, saw: null })
      .op(1, 'read', null, { ...y, saw: null });
    for (let n = 0; n < 3; n++) script.op(2, 'read', null, { ...y, saw: null });
    script
      .op(2, 'write', 9, y)
      .op(0, 'write', 1, x)
      .op(1, 'read', null, { ...x, saw: 1 })
      .op(1, 'write', 2, x);
    script.op(2, 'read', null, { ...x, saw: 2 }).op(2, 'read', null, { ...x, saw: 1 });
    expect(check(script).findings).toMatchObject([{ name: 'write-co-read', witness: [13, 15, 17, 19, 21] }]);
  });
  it('is unknown beyond its budget, never valid', () => {
    const history = historyOf(new Script().op(1, 'write', 1, x).op(2, 'read', null, { ...x, saw: 1 }).events);
    expect(causal.check(history, { budget: 3 })).toMatchObject({ valid: 'unknown' });
  });
  it('agrees with the axioms, searched by brute force, on random histories', () => {
    const tally = fuzzCausal(fuzzRuns(1000), 20_262);
    for (const name of ['valid', 'write-co-init-read', 'write-co-read', 'cyclic-cf'])
      expect(tally[name], name).toBeGreaterThan(0);
  });
});
