import { fuzzRuns } from '../testing/runs.ts';
import { describe, expect, it } from 'vitest';
import { historyOf } from '../../harness/history/builder.ts';
import { Script } from '../sets-queues-counters/testing/cluster-history.ts';
import type { Verdict } from '../types.ts';
import { sequential } from './sequential.ts';
import { fuzzSequential } from './testing/fuzz.ts';

const check = (script: Script, options = {}): Verdict =>
  sequential.check(historyOf(script.events), options) as Verdict;
const x = { key: 'x' };
const y = { key: 'y' };

describe('sequential consistency', () => {
  it('allows a stale read: it asks nothing of real time', () => {
    const script = new Script().op(1, 'write', 1, x).op(2, 'read', null, { ...x, saw: null });
    expect(check(script)).toMatchObject({ valid: true, findings: [] });
  });
  it('refutes what no one order of two keys explains, though each key alone is in order (Lamport 1979)', () => {
    const script = new Script().op(1, 'write', 1, x).op(2, 'write', 1, y);
    script.op(1, 'read', null, { ...y, saw: null }).op(2, 'read', null, { ...x, saw: null });
    expect(check(script)).toMatchObject({
      valid: false,
      findings: [{ name: 'non-sequential', certain: true, witness: [0, 1, 2, 3, 4, 5, 6, 7] }],
    });
    const [finding] = check(script).findings;
    expect(finding.explanation).toBe(
      'no order of these 4 operations that keeps each session in its own explains that read #6 returned null',
    );
  });
  it('takes two processes with one token as one session', () => {
    const script = new Script().op(1, 'write', 1, { ...x, session: 's' });
    script.op(2, 'read', null, { ...x, saw: null, session: 's' });
    expect(check(script).valid).toBe(false);
  });
  it('leaves out of the witness what does not matter', () => {
    const script = new Script();
    for (let i = 0; i < 50; i++) script.op(3, 'write', 100 + i, { key: `z${i % 5}` });
    script.op(1, 'write', 1, x).op(1, 'write', 2, x);
    script.op(2, 'read', null, { ...x, saw: 2 }).op(2, 'read', null, { ...x, saw: 1 });
    const [finding] = check(script).findings;
    expect(finding.witness).toHaveLength(8);
  });
  it('lets an indeterminate write take effect, or not', () => {
    const lost = { ...x, type: 'info' as const };
    const seen = new Script().op(1, 'write', 1, lost).op(2, 'read', null, { ...x, saw: 1 });
    expect(check(seen).valid).toBe(true);
    const unseen = new Script().op(1, 'write', 1, lost).op(2, 'read', null, { ...x, saw: null });
    expect(check(unseen).valid).toBe(true);
  });
  it('is unknown beyond its budget, never valid', () => {
    const script = new Script().op(1, 'write', 1, x).op(2, 'read', null, { ...x, saw: null });
    expect(check(script, { budget: 0 })).toMatchObject({ valid: 'unknown' });
  });
  it('takes few steps: values are not replaced while somebody must still read them, dead ends are met once', () => {
    const steps = (script: Script): unknown => check(script).stats?.steps;
    // Ten sessions, each a writer of its own key that others read late: legal, but not linearizable.
    const late = new Script().op(1, 'write', 1, x).op(2, 'read', null, { ...x, saw: null });
    for (let i = 2; i < 12; i++) late.op(1, 'write', i, x).op(2, 'read', null, { ...x, saw: i - 1 });
    expect(check(late).valid).toBe(true);
    expect(steps(late)).toBe(42);
    // No order: two sessions each miss the other's write, after eight writers that could come in any order.
    const cross = new Script();
    for (let i = 0; i < 8; i++) cross.op(10 + i, 'write', i, { key: 'z' });
    cross.op(1, 'write', 1, x).op(2, 'write', 1, y);
    cross.op(1, 'read', null, { ...y, saw: null }).op(2, 'read', null, { ...x, saw: null });
    expect(check(cross).valid).toBe(false);
    expect(steps(cross)).toBe(18562);
    // An indeterminate write is tried after those that must be placed.
    const lost = new Script().op(1, 'write', 1, { ...x, type: 'info' }).op(2, 'write', 2, x);
    lost
      .op(3, 'read', null, { ...x, saw: null })
      .op(3, 'read', null, { ...x, saw: 2 })
      .op(3, 'read', null, { ...x, saw: 1 });
    expect(check(lost).valid).toBe(true);
    expect(steps(lost)).toBe(10);
  });
  it('lets what a process did after its indeterminate write come before it', () => {
    // The stale read of y keeps the linearizability checker from answering first.
    const script = new Script().op(4, 'write', 9, y).op(5, 'read', null, { ...y, saw: null });
    script.op(1, 'write', 1, { ...x, type: 'info' }).op(1, 'write', 2, x);
    script.op(2, 'read', null, { ...x, saw: 2 }).op(2, 'read', null, { ...x, saw: 1 });
    expect(check(script).valid).toBe(true);
    const sure = new Script().op(4, 'write', 9, y).op(5, 'read', null, { ...y, saw: null });
    sure.op(1, 'write', 1, x).op(1, 'write', 2, x);
    sure.op(2, 'read', null, { ...x, saw: 2 }).op(2, 'read', null, { ...x, saw: 1 });
    expect(check(sure).valid).toBe(false);
  });
  it('takes no step for indeterminate writes that nobody saw', () => {
    const script = (lost: number): Script => {
      const all = new Script().op(4, 'write', 9, y).op(5, 'read', null, { ...y, saw: null });
      for (let i = 0; i < lost; i++) all.op(10 + i, 'write', 100 + i, { ...x, type: 'info' });
      return all.op(1, 'write', 1, x).op(2, 'read', null, { ...x, saw: 1 });
    };
    expect(check(script(20)).stats?.steps).toBe(check(script(0)).stats?.steps);
  });
  it('names what is wrong whatever the order by its own name', () => {
    const script = new Script().op(1, 'write', 1, x).op(2, 'read', null, { ...x, saw: 7 });
    expect(check(script).findings.map(({ name }) => name)).toEqual(['thin-air-read']);
  });
  it('leaves out of the witness the reads that do not matter', () => {
    const script = new Script().op(1, 'write', 1, x).op(2, 'write', 1, y);
    script.op(1, 'read', null, { ...x, saw: 1 }).op(2, 'read', null, { ...y, saw: 1 });
    script.op(1, 'read', null, { ...y, saw: null }).op(2, 'read', null, { ...x, saw: null });
    expect(check(script).findings[0].witness).toEqual([0, 1, 2, 3, 8, 9, 10, 11]);
  });
  it('shows as failing the operation of the witness that returned last', () => {
    const script = new Script().op(1, 'write', 1, x).op(1, 'write', 2, x);
    script
      .op(2, 'read', null, { ...x, saw: 2 })
      .op(2, 'read', null, { ...x, saw: 1 })
      .op(3, 'write', 3, x);
    const [finding] = check(script).findings;
    expect(finding.explanation).toMatch(/explains that read #6 returned 1$/);
    expect(finding.key).toBe('x');
  });
  it('judges what no model fits, or nothing, as unknown', () => {
    expect(check(new Script().op(1, 'frobnicate', 1, x))).toMatchObject({ valid: 'unknown', findings: [] });
    expect(check(new Script().op(1, 'write', 1, { ...x, type: 'open' }))).toMatchObject({
      valid: 'unknown',
      reason: 'no operation completed',
    });
    expect(check(new Script().op(1, 'cas', 5, x))).toMatchObject({ valid: 'unknown' });
  });
  it('agrees with every order tried, its orders replay and its witnesses stand alone', () => {
    const { runs, valid, searched } = fuzzSequential(fuzzRuns(1000), 7);
    expect(valid / runs).toBeGreaterThan(0.2);
    expect(valid / runs).toBeLessThan(0.9);
    expect(searched).toBeGreaterThan(runs / 200);
  });
});
