import { describe, expect, it } from 'vitest';
import { historyOf } from '../../harness/history/builder.ts';
import { Script } from '../sets-queues-counters/testing/cluster-history.ts';
import type { CheckOptions, Verdict } from '../types.ts';
import { staleness } from './staleness.ts';
import { fuzzStaleness } from './testing/fuzz.ts';

const check = (script: Script, options: CheckOptions = {}): Verdict =>
  staleness.check(historyOf(script.events.map((e) => ({ ...e, time: e.time * 1e6 }))), options) as Verdict;

/** Writes 1, 2, 3 one after the other, 1 ms an event; then a read. */
const run = (saw: number | null): Script =>
  new Script().op(1, 'write', 1).op(1, 'write', 2).op(1, 'write', 3).op(2, 'read', null, { saw });

describe('staleness', () => {
  it('says how old a read was at least, in ms and versions', () => {
    expect(check(run(3))).toMatchObject({ valid: true, stats: { reads: 1, stale: 0, ageMs: { max: 0 } } });
    expect(check(run(2)).stats).toMatchObject({ stale: 1, ageMs: { max: 1 }, versions: { max: 1 } });
    expect(check(run(1)).stats).toMatchObject({ ageMs: { max: 3 }, versions: { max: 2 } });
    expect(check(run(null)).stats).toMatchObject({ ageMs: { max: 5 }, versions: { max: 3 } });
  });
  it('judges the bounds that are asked, and no others', () => {
    expect(check(run(1))).toMatchObject({ valid: true, findings: [] });
    expect(check(run(1), { assume: ['bounded-staleness:3'] })).toMatchObject({ valid: true });
    const late = check(run(1), { assume: ['bounded-staleness:2'] });
    expect(late).toMatchObject({ valid: false, findings: [{ name: 'too-old', witness: [1, 3, 6, 7] }] });
    expect(late.findings[0].explanation).toBe(
      'session 2 read 1 from the register (#7), which write #3 had replaced 3.0 ms before the read began: 2 versions behind at least, where 2 ms are allowed.',
    );
    expect(check(run(1), { consistency: ['k-staleness:2'] })).toMatchObject({ valid: true });
    expect(check(run(1), { consistency: ['k-staleness:1'] })).toMatchObject({
      findings: [{ name: 'too-many-versions-behind' }],
    });
  });
  it('does not count writes that were concurrent with the version or the read, or not acknowledged', () => {
    const lost = new Script().op(1, 'write', 1).op(1, 'write', 2, { type: 'info' });
    expect(check(lost.op(2, 'read', null, { saw: 1 })).stats).toMatchObject({ stale: 0 });
  });
  it('tells how long stale reads went on after a heal', () => {
    const fault = {
      id: 1,
      fault: 'partition:primary',
      family: 'partition',
      targets: ['n1'],
      reached: true,
      evidence: '',
    };
    const script = new Script()
      .mark('fault', fault)
      .op(1, 'write', 1)
      .mark('heal', { id: 1, bit: true, evidence: '' });
    script.op(2, 'read', null, { saw: null }).op(2, 'read', null, { saw: 1 });
    expect(check(script).stats).toMatchObject({
      afterHeal: [{ fault: 'partition:primary', reads: 2, staleForMs: 1 }],
    });
  });
  it('is unknown of a bound when reads do not name their writes', () => {
    const twice = new Script().op(1, 'write', 1).op(1, 'write', 1).op(2, 'read', null, { saw: 1 });
    expect(check(twice, { assume: ['k-staleness:0'] })).toMatchObject({ valid: 'unknown' });
  });
  it('agrees with the definition over all pairs', () => {
    const tally = fuzzStaleness(1000, 11);
    expect(tally.stale).toBeGreaterThan(150);
    expect(tally.fresh).toBeGreaterThan(150);
  });
});
