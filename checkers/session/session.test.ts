import { fuzzRuns } from '../testing/runs.ts';
import { describe, expect, it } from 'vitest';
import { historyOf } from '../../harness/history/builder.ts';
import type { EventInput, EventType, Json } from '../../harness/history/event.ts';
import type { Verdict } from '../types.ts';
import { monotonicReads } from './monotonic-reads.ts';
import { monotonicWrites } from './monotonic-writes.ts';
import { readYourWrites } from './read-your-writes.ts';
import { fuzzCauses } from './testing/causes.ts';
import { fuzzSessions } from './testing/fuzz.ts';
import { writesFollowReads } from './writes-follow-reads.ts';

let time = 0;
/** A whole operation of `process` on key x: invocation and completion. */
function op(process: number, f: string, value: Json, more: Partial<EventInput> = {}): EventInput[] {
  const type: EventType = more.type ?? 'ok';
  const event = { process, f, key: 'x', ...more };
  return [
    { ...event, time: time++, type: 'invoke', value: f === 'read' ? null : value },
    { ...event, time: time++, type, value },
  ];
}
const write = (process: number, value: Json, more?: Partial<EventInput>) => op(process, 'write', value, more);
const read = (process: number, value: Json, more?: Partial<EventInput>) => op(process, 'read', value, more);
const cas = (process: number, old: Json, value: Json) => op(process, 'cas', [old, value]);

const ryw = (events: EventInput[][], assume: string[] = []): Verdict =>
  readYourWrites.check(historyOf(events.flat()), { assume }) as Verdict;
const mr = (events: EventInput[][], assume: string[] = []): Verdict =>
  monotonicReads.check(historyOf(events.flat()), { assume }) as Verdict;

describe('read-your-writes', () => {
  it('is violated when a lagging replica answers with the initial value', () => {
    const verdict = ryw([write(1, 7, { node: 'n1' }), read(1, null, { node: 'n2' })]);
    expect(verdict).toMatchObject({
      valid: false,
      findings: [{ name: 'read-your-writes', certain: true, witness: [1, 3], evidence: { assumes: [] } }],
    });
    expect(verdict.findings[0].explanation).toBe(
      'session 1 wrote 7 to key "x" (acknowledged: #1 at n1), then read null (the initial value) (#3 at n2).',
    );
  });
  it('is violated when a session reads what it had overwritten', () => {
    expect(ryw([write(1, 7), write(1, 8), read(1, 7)])).toMatchObject({
      valid: false,
      findings: [{ certain: true, witness: [1, 3, 5], evidence: { assumes: ['monotonic-writes'] } }],
    });
  });
  it('is violated when a session reads what it had read before its write', () => {
    expect(ryw([write(2, 5), read(1, 5), write(1, 8), read(1, 5)])).toMatchObject({
      valid: false,
      findings: [{ certain: true, witness: [3, 5, 7] }],
    });
  });
  it("allows somebody else's value after my write: that write may be the later one", () => {
    expect(ryw([write(2, 5), write(1, 8), read(1, 5)])).toMatchObject({
      valid: true,
      findings: [{ certain: false, evidence: { assumes: ['later-write-wins'] } }],
    });
  });
  it('is violated by a value overwritten in real time where later writes are promised to win', () => {
    expect(ryw([write(2, 5), write(1, 8), read(1, 5)], ['later-write-wins'])).toMatchObject({
      valid: false,
      findings: [{ certain: true, witness: [1, 3, 5] }],
    });
  });
  it('asks nothing of a write that was not acknowledged', () => {
    expect(ryw([write(1, 7, { type: 'info' }), read(1, null)])).toMatchObject({ valid: true, findings: [] });
    expect(ryw([write(1, 7, { type: 'fail' }), read(1, null)])).toMatchObject({ valid: true, findings: [] });
  });
  it('allows an indeterminate write to take effect after a later acknowledged one', () => {
    const session = { session: 's' };
    const late = [write(1, 7, { ...session, type: 'info' }), write(2, 8, session), read(2, 7, session)];
    expect(ryw(late)).toMatchObject({ valid: true, findings: [] });
  });
  it('asks nothing of a new process: it is a new session unless it carries the session token', () => {
    expect(ryw([write(1, 7), read(2, null)])).toMatchObject({ valid: true });
    const token = { session: 's' };
    expect(ryw([write(1, 7, token), read(2, null, token)])).toMatchObject({ valid: false });
  });
  it('asks nothing of a read that began before the acknowledgement', () => {
    const token = { key: 'x', session: 's' };
    const overlapping = [
      { time: 0, process: 1, type: 'invoke', f: 'write', value: 7, ...token },
      { time: 1, process: 2, type: 'invoke', f: 'read', ...token },
      { time: 2, process: 1, type: 'ok', f: 'write', value: 7, ...token },
      { time: 3, process: 2, type: 'ok', f: 'read', value: null, ...token },
    ] as EventInput[];
    expect(ryw([overlapping])).toMatchObject({ valid: true });
  });
  it('is unknown when values are not unique, and when nothing was read', () => {
    expect(ryw([write(1, 7), write(1, 8), write(2, 7), read(1, 7)])).toMatchObject({ valid: 'unknown' });
    expect(ryw([write(1, 7)])).toMatchObject({ valid: 'unknown', reason: 'no read completed' });
    expect(ryw([])).toMatchObject({ valid: 'unknown' });
  });
  it('treats a delete as one more write of the initial value', () => {
    expect(ryw([write(1, 7), op(2, 'delete', null), read(1, null)])).toMatchObject({ valid: 'unknown' });
  });
  it('knows that a compare-and-set puts its new value after the old one', () => {
    expect(ryw([write(2, 5), cas(1, 5, 6), cas(2, 6, 7), read(1, 5)])).toMatchObject({
      valid: false,
      findings: [{ certain: true, evidence: { assumes: [] } }],
    });
  });
  it('folds alike findings of a key into one with a count', () => {
    expect(ryw([write(1, 7), read(1, null), read(1, null)]).findings).toMatchObject([{ count: 2 }]);
  });
});

describe('monotonic-reads', () => {
  it('is violated when a value disappears', () => {
    expect(mr([write(2, 5), read(1, 5), read(1, null)])).toMatchObject({
      valid: false,
      findings: [{ name: 'monotonic-reads', certain: true, witness: [3, 5] }],
    });
  });
  it('is violated when a value returns after another was seen, whatever the order of the two', () => {
    expect(mr([write(2, 5), write(3, 6), read(1, 5), read(1, 6), read(1, 5)])).toMatchObject({
      valid: false,
      findings: [{ certain: true, witness: [5, 7, 9], evidence: { assumes: [] } }],
    });
  });
  it('is violated by an own older write after an own newer one was seen', () => {
    expect(mr([write(1, 5), write(1, 6), read(1, 6), read(1, 5)])).toMatchObject({
      valid: false,
      findings: [{ certain: true, evidence: { assumes: ['monotonic-writes'] } }],
    });
  });
  it('is only possibly violated when two values of strangers come in the order against real time', () => {
    const events = [write(2, 5), write(3, 6), read(1, 6), read(1, 5)];
    expect(mr(events)).toMatchObject({ valid: true, findings: [{ certain: false }] });
    expect(mr(events, ['later-write-wins'])).toMatchObject({
      valid: false,
      findings: [{ witness: [1, 3, 5, 7] }],
    });
  });
  it('knows that compare-and-sets put what they wrote after what they found', () => {
    const events = [write(2, 5), cas(2, 5, 6), cas(3, 6, 7), read(1, 7), read(1, 5)];
    expect(mr(events)).toMatchObject({
      valid: false,
      findings: [{ certain: true, witness: [3, 5, 7, 9], evidence: { assumes: [] } }],
    });
  });
  it("is only possibly violated by an own write after a stranger's later one: that may have been ordered before", () => {
    expect(mr([write(1, 5), write(2, 6), read(1, 6), read(1, 5)])).toMatchObject({
      valid: true,
      findings: [{ certain: false, evidence: { assumes: ['later-write-wins'] } }],
    });
  });
  it('tells sessions and keys apart, however many there are', () => {
    const many = Array.from({ length: 2100 }, (_, i) => write(i, i, { key: `k${i}` }));
    const last = [read(2099, 2099, { key: 'k2099' }), read(0, 2099, { key: 'k2099' })];
    expect(ryw([...many, ...last])).toMatchObject({ valid: true, findings: [] });
    const missed = [...many, ...last, read(2099, null, { key: 'k2099' })];
    expect(ryw(missed)).toMatchObject({ valid: false, findings: [{ key: 'k2099' }] });
    expect(mr(missed)).toMatchObject({ valid: false, findings: [{ key: 'k2099' }] });
  });
  it('holds the next read against the newer value again, so one stale read is one finding', () => {
    const { findings } = mr([write(2, 5), write(3, 6), read(1, 5), read(1, 6), read(1, 5), read(1, 6)]);
    expect(findings).toHaveLength(1);
    expect(findings[0]).not.toHaveProperty('count');
  });
  it('knows no order between overlapping reads of one session', () => {
    const at = { key: 'x', session: 's', f: 'read' };
    const overlapping = [
      { time: 0, process: 1, type: 'invoke', ...at },
      { time: 1, process: 4, type: 'invoke', ...at },
      { time: 2, process: 1, type: 'ok', value: 5, ...at },
      { time: 3, process: 4, type: 'ok', value: 6, ...at },
    ] as EventInput[];
    const events = [write(2, 5), write(3, 6), overlapping, read(1, 5, { session: 's' })];
    expect(mr(events)).toMatchObject({ valid: true });
  });
  it("does not mistake a stale first read after one's own write for going back", () => {
    expect(mr([write(2, 4), write(1, 5), read(1, 4), read(1, 5)])).toMatchObject({
      valid: true,
      findings: [],
    });
  });
});

const y = { key: 'y' };
const n1 = { node: 'n1' };
const n2 = { node: 'n2' };

describe('monotonic-writes', () => {
  const check = (events: EventInput[][], assume: string[] = []) =>
    monotonicWrites.check(historyOf(events.flat()), { assume });

  it('is violated when a node shows a later write of a session without its earlier one', () => {
    const events = [write(1, 5), write(1, 6, y), read(2, 6, { ...y, ...n2 }), read(2, null, n2)];
    expect(check(events)).toMatchObject({
      valid: false,
      findings: [{ name: 'monotonic-writes', certain: true, witness: [1, 3, 5, 7] }],
    });
    const older = [write(1, 4), write(1, 5), write(1, 6, y), read(2, 6, { ...y, ...n2 }), read(2, 4, n2)];
    expect(check(older)).toMatchObject({ valid: false, findings: [{ witness: [1, 3, 5, 7, 9] }] });
  });
  it('is not refuted by two nodes of which one lags: that one has neither write', () => {
    const roaming = [write(1, 5), write(1, 6, y), read(2, 6, { ...y, ...n1 }), read(2, null, n2)];
    expect(check(roaming)).toMatchObject({
      valid: true,
      findings: [{ certain: false, evidence: { assumes: ['causal'] } }],
    });
    expect(check(roaming, ['causal'])).toMatchObject({ valid: false });
  });
  it('does not take reads of which no node is known for those of one node', () => {
    const events = [write(1, 5, n1), write(1, 6, { ...y, ...n2 }), read(2, 6, y), read(2, null)];
    expect(check(events)).toMatchObject({ valid: true, findings: [{ certain: false }] });
  });
  it('is not refuted by a node that lost its state to a fault in between', () => {
    const fault: EventInput[] = [{ time: 0, process: -1, type: 'info', f: 'fault', value: {} }];
    const events = [write(1, 5), write(1, 6, y), read(2, 6, { ...y, ...n2 }), fault, read(2, null, n2)];
    expect(check(events)).toMatchObject({ valid: true });
  });
  it('asks nothing of a read that began before the later write was seen', () => {
    const token = { session: 's', f: 'read', node: 'n2' };
    const overlapping = [
      { time: 0, process: 2, type: 'invoke', ...token, ...y },
      { time: 1, process: 3, type: 'invoke', ...token, key: 'x' },
      { time: 2, process: 2, type: 'ok', value: 6, ...token, ...y },
      { time: 3, process: 3, type: 'ok', value: null, ...token, key: 'x' },
    ] as EventInput[];
    expect(check([write(1, 5), write(1, 6, y), overlapping])).toMatchObject({ valid: true, findings: [] });
  });
  it('asks nothing of an earlier write that was not acknowledged, nor of one that came later', () => {
    const token = { session: 's' };
    const lost = [
      write(1, 5, { ...token, type: 'info' }),
      write(3, 6, { ...y, ...token }),
      read(2, 6, { ...y, ...n2 }),
      read(2, null, n2),
    ];
    expect(check(lost)).toMatchObject({ valid: true, findings: [] });
    const later = [write(1, 6, y), write(1, 5), read(2, 6, { ...y, ...n2 }), read(2, null, n2)];
    expect(check(later)).toMatchObject({ valid: true, findings: [] });
  });
});

describe('writes-follow-reads', () => {
  const check = (events: EventInput[][]) => writesFollowReads.check(historyOf(events.flat()), {});

  it('is violated when a node shows an answer without the question that its author had read', () => {
    const events = [write(3, 5), read(1, 5), write(1, 6, y), read(2, 6, { ...y, ...n2 }), read(2, null, n2)];
    expect(check(events)).toMatchObject({
      valid: false,
      findings: [{ name: 'writes-follow-reads', certain: true, witness: [3, 5, 7, 9] }],
    });
    expect(monotonicWrites.check(historyOf(events.flat()), {})).toMatchObject({ valid: true, findings: [] });
  });
  it('asks nothing of what the author read after its write', () => {
    const events = [write(3, 5), write(1, 6, y), read(1, 5), read(2, 6, { ...y, ...n2 }), read(2, null, n2)];
    expect(check(events)).toMatchObject({ valid: true, findings: [] });
  });
});

describe('read-your-writes and monotonic-reads agree with brute force over all version orders', () => {
  it('on random small histories, and every witness alone still proves its finding', () => {
    const { valid, refuted } = fuzzSessions(fuzzRuns(1000), 20_260);
    expect(refuted).toBeGreaterThan(fuzzRuns(60));
    expect(valid).toBeGreaterThan(fuzzRuns(100));
  });
});

describe('monotonic-writes and writes-follow-reads are certain only of what their definition refutes', () => {
  it('on random small histories at two nodes, and of every witness alone', () => {
    const { valid, refuted, missed } = fuzzCauses(fuzzRuns(1000), 7);
    expect(refuted).toBeGreaterThan(fuzzRuns(150));
    expect(valid).toBeGreaterThan(fuzzRuns(400));
    expect(missed).toBeLessThan(refuted / 100);
  });
});
