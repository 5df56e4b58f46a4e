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
  it('tells the shares of fresh reads, by versions and by the time since the last acknowledged write', () => {
    const script = new Script().op(1, 'write', 1).op(1, 'write', 2);
    for (const saw of [2, 1, null, 2]) script.op(2, 'read', null, { saw });
    expect(check(script).stats).toMatchObject({
      reads: 4,
      stale: 2,
      ageMs: { p50: 3, p90: 7, max: 7 },
      versions: { p50: 1, p90: 2, max: 2 },
      withinVersions: [0.5, 0.75, 1, 1, 1, 1].map((share, i) => ({ k: [0, 1, 2, 5, 10, 100][i], share })),
      tVisibility: [
        { upToMs: 1, reads: 1, fresh: 1 },
        { upToMs: 5, reads: 2, fresh: 0 },
        { upToMs: 10, reads: 1, fresh: 1 },
      ],
      afterHeal: [],
    });
  });
  it('has nothing to tell of a read before the first acknowledged write, and without reads no verdict', () => {
    const early = new Script().op(2, 'read', null, { saw: null }).op(1, 'write', 1);
    expect(check(early).stats).toMatchObject({ reads: 1, stale: 0, tVisibility: [] });
    const unread = check(new Script().op(1, 'write', 1), { assume: ['k-staleness:0'] });
    expect(unread).toMatchObject({ valid: 'unknown', reason: 'no read named the write that it returned' });
    expect(unread.stats).toMatchObject({ ageMs: { p50: 0, max: 0 } });
    expect(JSON.stringify(unread.stats)).toContain('{"k":0,"share":1}');
  });
  it('gives the picture its data: what was returned, what was newer, how old it was', () => {
    const [old] = check(run(1), { assume: ['bounded-staleness:2'] }).findings;
    expect(old).toMatchObject({
      certain: true,
      evidence: { read: 7, newer: 3, ageMs: 3, versions: 2, returned: 1 },
    });
    const [unwritten] = check(run(null), { assume: ['k-staleness:2'] }).findings;
    expect(unwritten).toMatchObject({
      certain: true,
      // Three newer writes: one more than may be missing.
      witness: [1, 3, 5, 6, 7],
      evidence: { returned: null, versions: 3 },
    });
    const zero = { assume: ['k-staleness:0'], initial: 0 };
    expect(check(run(0), zero).findings[0].explanation).toMatch(/read 0 \(the initial value\)/);
  });
  it('takes a version for there as soon as a read showed it', () => {
    const script = new Script().op(1, 'write', 1, { type: 'open' }).op(2, 'read', null, { saw: 1 });
    script.op(3, 'write', 2).op(2, 'read', null, { saw: 1 });
    expect(check(script).stats).toMatchObject({ stale: 1, versions: { max: 1 } });
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
  it('looks after each heal until the next fault, and says nothing where nobody read or nothing healed', () => {
    const fault = { fault: 'kill:one', family: 'kill', targets: ['n1'], reached: true, evidence: '' };
    const broken = (id: number, script: Script): Script => script.mark('fault', { ...fault, id });
    const healed = (id: number, script: Script): Script =>
      script.mark('heal', { id, bit: true, evidence: '' });
    const stale = (script: Script): Script => script.op(2, 'read', null, { saw: null });
    const script = broken(1, new Script().op(1, 'write', 1));
    stale(stale(healed(1, stale(script))));
    stale(healed(2, stale(broken(2, script)))).op(2, 'read', null, { saw: 1 });
    broken(3, script);
    healed(3, script);
    stale(broken(4, script));
    expect(check(script).stats?.afterHeal).toEqual([
      { fault: 'kill:one', reads: 2, staleForMs: 3 },
      { fault: 'kill:one', reads: 2, staleForMs: 1 },
      { fault: 'kill:one', reads: 0, staleForMs: null },
    ]);
  });
  it('is unknown of a bound when reads do not name their writes', () => {
    const twice = new Script().op(1, 'write', 1).op(1, 'write', 1).op(2, 'read', null, { saw: 1 });
    expect(check(twice, { assume: ['k-staleness:0'] })).toMatchObject({ valid: 'unknown' });
  });
  it('agrees with the definition over all pairs', () => {
    const tally = fuzzStaleness(1000, 11);
    expect(tally.witnesses).toBeGreaterThan(100);
    expect(tally.stale).toBeGreaterThan(150);
    expect(tally.fresh).toBeGreaterThan(150);
  });
});
