// What findings rest on, beside their names.
import { describe, expect, it } from 'vitest';
import { historyOf } from '../../harness/history/builder.ts';
import { Script } from '../sets-queues-counters/testing/cluster-history.ts';
import type { Checker, Finding, Verdict } from '../types.ts';
import { monotonicReads } from './monotonic-reads.ts';
import { monotonicWrites } from './monotonic-writes.ts';
import { readYourWrites } from './read-your-writes.ts';
import { registersOf } from './registers.ts';
import { withSmallest } from './smallest.ts';
import { writesFollowReads } from './writes-follow-reads.ts';

const found = (checker: Checker, { events }: Script): readonly Finding[] =>
  (checker.check(historyOf(events), {}) as Verdict).findings;
const x = { key: 'x', node: 'n1' };
const y = { key: 'y', node: 'n1' };

describe('read-your-writes tells what was returned instead', () => {
  it('nothing, the write that was replaced, and how', () => {
    const initial = new Script().op(1, 'write', 1, x).op(1, 'read', null, { ...x, saw: null });
    expect(found(readYourWrites, initial)[0].evidence).toMatchObject({ unseen: 1, returned: null });
    const replaced = new Script().op(2, 'write', 1, x).op(1, 'cas', [1, 2], x);
    const [finding] = found(readYourWrites, replaced.op(1, 'read', null, { ...x, saw: 1 }));
    expect(finding.evidence).toMatchObject({ unseen: 3, returned: 1, assumes: [] });
    expect(finding.explanation).toContain('compare-and-sets had replaced');
  });
});

describe('monotonic-reads without an order that is promised', () => {
  it('holds each read against the version that was written last of those read before', () => {
    const script = new Script();
    for (const value of [1, 2, 3]) script.op(value, 'write', value, x);
    for (const saw of [3, 1, 2]) script.op(9, 'read', null, { ...x, saw });
    // 1 and then 2 is no step back, but 3 had been there before.
    expect(found(monotonicReads, script)).toMatchObject([
      { certain: false, count: 2, evidence: { newer: 7, assumes: ['later-write-wins'] } },
    ]);
  });
});

describe('what a missing cause assumes', () => {
  const relayed = (script: Script): Script =>
    script
      .op(2, 'write', 9, y)
      .op(4, 'read', null, { ...y, saw: 9 })
      .op(4, 'read', null, { ...x, saw: 1 });

  it('is nothing where the author wrote both versions itself', () => {
    const [finding] = found(monotonicWrites, relayed(new Script().op(2, 'write', 1, x).op(2, 'write', 2, x)));
    expect(finding).toMatchObject({ certain: true, evidence: { assumes: [] } });
  });
  it('is the order of another session’s writes where the author had read the later of them', () => {
    const script = new Script()
      .op(3, 'write', 1, x)
      .op(3, 'write', 2, x)
      .op(2, 'read', null, { ...x, saw: 2 });
    expect(found(writesFollowReads, relayed(script))).toMatchObject([
      { certain: false, evidence: { assumes: ['monotonic-writes'] } },
    ]);
  });
  it('is nothing where a compare-and-set replaced the one by the other', () => {
    const script = new Script()
      .op(3, 'write', 1, x)
      .op(3, 'cas', [1, 2], x)
      .op(2, 'read', null, { ...x, saw: 2 });
    expect(found(writesFollowReads, relayed(script))).toMatchObject([
      { certain: true, evidence: { assumes: [] } },
    ]);
  });
});

describe('a witness is made small', () => {
  const script = new Script()
    .op(1, 'write', 1, x)
    .op(1, 'read', null, { ...x, saw: 1 })
    .op(1, 'write', 2, x);
  const registers = registersOf(historyOf(script.events));
  const finding: Finding = { name: 'late', certain: true, witness: [1, 3, 5], explanation: '', key: 'x' };
  const small = (one: Finding): Finding => {
    const verdict: Verdict = { checker: 'any', valid: false, findings: [one] };
    // The last write proves it by itself.
    const judge = ({ completed }: { completed: Int32Array }): Finding[] =>
      completed.includes(5) ? [{ ...finding, witness: [...completed] }] : [];
    return withSmallest(verdict, registers, judge).findings[0];
  };

  it('as long as what is left proves the same, and goes on counting', () => {
    expect(small(finding)).toEqual({ ...finding, witness: [5] });
    expect(small({ ...finding, count: 3 })).toEqual({ ...finding, witness: [5], count: 3 });
    expect(small({ ...finding, name: 'other' })).toEqual({ ...finding, name: 'other' });
  });
});
