import { describe, expect, it } from 'vitest';
import { historyOf } from '../../harness/history/builder.ts';
import type { EventInput, EventType } from '../../harness/history/event.ts';
import type { FaultBegin } from '../../harness/history/fault.ts';
import { performanceOf } from './performance.ts';
import { recovery } from './recovery.ts';
import { percentile } from './series.ts';
import { vacuityOf } from './vacuity.ts';
import type { Verdict } from '../types.ts';

const MS = 1e6;
let process = 0;

/** As {@link op}, answered by a node. */
const by = (node: string, at: number, took = 1): EventInput[] => {
  const [invoked, completed] = op(at, took);
  return [invoked, { ...completed, node }];
};

/** An operation invoked at `at` ms that takes `took` ms, by a process of its own. */
function op(at: number, took = 1, type: EventType = 'ok', f = 'write'): EventInput[] {
  process++;
  return [
    { time: at * MS, process, type: 'invoke', f },
    { time: (at + took) * MS, process, type, f },
  ];
}
function nemesis(at: number, f: string, value: EventInput['value']): EventInput[] {
  return [{ time: at * MS, process: -1, type: 'info', f, value: value ?? null }];
}
const phase = (at: number, name: string): EventInput[] => nemesis(at, 'phase', { phase: name });
const fault = (at: number, id = 1, more: Partial<FaultBegin> = {}): EventInput[] =>
  nemesis(at, 'fault', {
    id,
    fault: 'kill:one',
    family: 'kill',
    targets: ['n1'],
    reached: true,
    evidence: 'gone',
    ...more,
  });
const heal = (at: number, id = 1, bit = true): EventInput[] => nemesis(at, 'heal', { id, bit, evidence: '' });
const sorted = (...events: EventInput[][]) => historyOf(events.flat().sort((a, b) => a.time - b.time));
const many = (from: number, to: number, type: EventType = 'ok'): EventInput[] =>
  Array.from({ length: to - from }, (_, i) => op(from + i, 0.5, type)).flat();

describe('performanceOf', () => {
  it('tells availability in and out of fault windows apart, by when operations began', () => {
    const history = sorted(
      phase(0, 'main'),
      many(0, 10),
      fault(10),
      many(10, 20, 'fail'),
      heal(20),
      many(20, 40),
      phase(50, 'heal'),
    );
    const { total, duringFaults, withoutFaults, faults } = performanceOf(history);
    expect(total).toMatchObject({ attempts: 40, ok: 30, fail: 10 });
    expect(duringFaults).toMatchObject({ attempts: 10, ok: 0, fail: 10, availability: 0, seconds: 0.01 });
    expect(withoutFaults).toMatchObject({ attempts: 30, ok: 30, availability: 1, seconds: 0.04 });
    expect(faults).toMatchObject([
      { fault: 'kill:one', start: 10, end: 20, attempts: 10, msToFirstOk: 10.5, msToFirstOkAfterHeal: 0.5 },
    ]);
  });
  it('counts overlapping faults once, and an operation that never completed as indeterminate', () => {
    const open: EventInput[] = [{ time: 12 * MS, process: 9999, type: 'invoke', f: 'read' }];
    const history = sorted(fault(10, 1), fault(12, 2), open, heal(16, 1), heal(20, 2), op(30));
    expect(performanceOf(history).duringFaults).toMatchObject({ seconds: 0.01, attempts: 1, info: 1 });
  });
  it('counts the time of faults that began earlier than they were told of, and none outside of the measured phases', () => {
    const late = fault(14, 2, { began: 10 * MS });
    const overlapping = sorted(
      phase(0, 'main'),
      fault(12, 1),
      late,
      heal(16, 1),
      heal(20, 2),
      phase(40, 'heal'),
    );
    expect(performanceOf(overlapping).duringFaults).toMatchObject({ seconds: 0.01 });
    const afterwards = sorted(phase(0, 'main'), op(1), phase(40, 'heal'), fault(50), heal(60));
    expect(performanceOf(afterwards).duringFaults).toMatchObject({ seconds: 0, attempts: 0 });
    expect(performanceOf(afterwards).withoutFaults).toMatchObject({ seconds: 0.04, attempts: 1 });
  });
  it('counts an operation that is open at the very end', () => {
    const open: EventInput[] = [{ time: 50 * MS, process: 9998, type: 'invoke', f: 'read' }];
    expect(performanceOf(sorted(op(1), open)).total).toMatchObject({ attempts: 2, ok: 1, info: 1 });
  });
  it('takes no failure for the first answer', () => {
    const history = sorted(phase(0, 'main'), op(1), fault(10), op(11, 1, 'fail'), op(15), heal(20));
    expect(performanceOf(history).faults[0].msToFirstOk).toBe(6);
  });
  it('tells the longest outage of a fault, of the kind that was out for longest, until the next fault', () => {
    const reads = Array.from({ length: 40 }, (_, i) => op(i, 0.5, 'ok', 'read')).flat();
    const history = sorted(
      phase(0, 'main'),
      reads,
      many(0, 10),
      fault(10, 1),
      many(10, 22, 'fail'),
      op(22, 3),
      heal(26, 1),
      fault(30, 2),
      op(31, 1),
      op(33, 2, 'info'),
      phase(40, 'heal'),
    );
    // The write that ended the first one was asked at 22 and answered at 25; the first that failed was asked at 10.
    expect(performanceOf(history).faults.map(({ outage }) => outage)).toEqual([
      { f: 'write', ms: 15 },
      { f: 'write', ms: 7 },
    ]);
    expect(performanceOf(sorted(fault(1), op(2, 1, 'fail'))).faults[0].outage).toBeNull();
  });
  it('orders latencies before it takes percentiles of them', () => {
    const [figures] = performanceOf(sorted(op(0, 3), op(5, 1), op(10, 2))).latency;
    expect([figures.p50, figures.max]).toEqual([2, 3]);
  });
  it('gives nearest-rank percentiles by function and outcome, in ms', () => {
    const history = sorted(
      ...Array.from({ length: 100 }, (_, i) => op(i * 200, i + 1)),
      op(0, 7, 'fail', 'read'),
    );
    expect(performanceOf(history).latency).toMatchObject(
      [
        { f: 'read', type: 'fail', count: 1, p50: 7, max: 7 },
        { f: 'write', type: 'ok', count: 100, p50: 50, p99: 99, p999: 100, max: 100 },
      ].sort((a) => (a.f === history.functions.valueOf(0) ? -1 : 1)),
    );
    expect(percentile(new Float64Array(0), 0.5)).toBeNaN();
  });
  it('has an entry for every second, also the silent ones', () => {
    const { seconds } = performanceOf(sorted(op(100, 10), op(2100, 20)));
    expect(seconds.map((s) => [s.second, s.ok, s.p50])).toEqual([
      [0, 1, 10],
      [1, 0, null],
      [2, 1, 20],
    ]);
  });
  it('is plain JSON, of an empty history too', () => {
    for (const history of [sorted(), sorted(fault(1), op(2))]) {
      const performance = performanceOf(history);
      expect(JSON.parse(JSON.stringify(performance))).toEqual(performance);
    }
  });
});

describe('vacuityOf', () => {
  const rules = { minimum: 5, families: ['kill'] };
  const run = (...parts: EventInput[][]) => sorted(phase(0, 'main'), ...parts);

  it('is silent about a run that was tested before, during and after its faults', () => {
    expect(vacuityOf(run(many(0, 5), fault(6), many(6, 12), heal(13), many(13, 20)), rules)).toEqual([]);
  });
  it('does not take refusals during a fault for vacuity', () => {
    expect(vacuityOf(run(many(0, 5), fault(6), many(6, 12, 'fail'), heal(13), many(13, 20)), rules)).toEqual(
      [],
    );
  });
  it('names each thing that was missing', () => {
    expect(vacuityOf(sorted(), rules)).toEqual(['no operation completed']);
    expect(vacuityOf(run(many(0, 9, 'fail')), rules)).toEqual(['no operation succeeded']);
    expect(vacuityOf(run(many(0, 2), fault(6), many(6, 12), heal(13), many(13, 20)), rules)).toEqual([
      'only 2 operations succeeded before the first fault (5 are wanted)',
    ]);
    expect(vacuityOf(run(many(0, 5), fault(6), many(6, 12), heal(13), many(13, 15)), rules)).toEqual([
      'only 2 operations succeeded after the last heal (5 are wanted)',
    ]);
    expect(vacuityOf(run(many(0, 5), fault(6), many(6, 8), heal(13), many(14, 20)), rules)).toEqual([
      'only 2 operations were attempted during the faults (5 are wanted)',
    ]);
    expect(vacuityOf(run(many(0, 5), fault(6), heal(13), many(14, 20)), rules)).toContain(
      'no operation was in flight during any fault',
    );
    expect(vacuityOf(run(many(0, 5), fault(6), many(6, 20)), rules)).toContain('a fault was never healed');
    expect(vacuityOf(run(many(0, 3)), { minimum: 5, families: [] })).toEqual([
      'only 3 operations succeeded (at least 5 are wanted)',
    ]);
  });
  it('counts who was there before, during and after faults when no family was asked for, and until the last heal', () => {
    const none = { minimum: 5, families: [] };
    expect(vacuityOf(run(many(0, 2), fault(6), many(6, 12), heal(13), many(13, 20)), none)).toEqual([
      'only 2 operations succeeded before the first fault (5 are wanted)',
    ]);
    const twice = run(
      many(0, 5),
      fault(6, 1),
      heal(9, 1),
      fault(10, 2),
      many(10, 16),
      heal(17, 2),
      many(17, 19),
    );
    expect(vacuityOf(twice, rules)).toEqual([
      'only 2 operations succeeded after the last heal (5 are wanted)',
    ]);
    const open = run(many(0, 5), fault(6, 1), many(6, 12), heal(13, 1), fault(14, 2), many(14, 20));
    expect(vacuityOf(open, rules)).toContain('a fault was never healed');
  });
  it('takes an operation that a fault began and ended under for one that met it', () => {
    const spanning = Array.from({ length: 5 }, () => op(5, 20));
    expect(vacuityOf(run(many(0, 5), ...spanning, fault(6), heal(13), many(26, 32)), rules)).toEqual([]);
  });
  it('lets no family speak for another', () => {
    const cut = fault(6, 2, { fault: 'partition:one', family: 'partition' });
    const both = run(
      many(0, 5),
      fault(6, 1),
      cut,
      many(6, 12),
      heal(13, 1, false),
      heal(13, 2),
      many(13, 20),
    );
    expect(vacuityOf(both, { minimum: 5, families: ['kill', 'partition'] })).toEqual([
      'the fault kill was injected once, but the database never felt it (gone)',
    ]);
  });
  it('names a requested family that was never injected, was not seen in place, or did not bite', () => {
    const around = (...faults: EventInput[][]) => run(many(0, 5), ...faults, many(6, 12), many(14, 20));
    expect(vacuityOf(around(), rules)).toEqual(['the fault kill was never injected']);
    expect(vacuityOf(around(fault(6), heal(13, 1, false)), rules)).toEqual([
      'the fault kill was injected once, but the database never felt it (gone)',
    ]);
    const unreached = around(fault(6, 1, { reached: false, evidence: 'the probe still answers' }), heal(13));
    expect(vacuityOf(unreached, rules)[0]).toContain(
      'its probe never saw it in place (the probe still answers)',
    );
    expect(vacuityOf(around(fault(6, 1), heal(9, 1, false), fault(10, 2), heal(13, 2)), rules)).toEqual([]);
  });
  it('asks of a bare file only that something completed', () => {
    expect(vacuityOf(sorted(op(1)), rules)).toEqual([]);
  });
});

describe('recovery', () => {
  const check = (...events: EventInput[][]): Verdict => recovery.check(sorted(...events), {}) as Verdict;
  const settled = (value: { settled: boolean; unrecovered: string[] }) =>
    nemesis(9, 'settled', { evidence: 'n2 lags', ...value });

  it('names nodes that did not come back, apart from replicas that did not catch up', () => {
    expect(check(settled({ settled: true, unrecovered: [] }))).toMatchObject({ valid: true });
    expect(check(settled({ settled: false, unrecovered: ['n2'] })).findings).toMatchObject([
      { name: 'no-recovery', certain: true, witness: [0] },
    ]);
    expect(check(settled({ settled: false, unrecovered: [] })).findings).toMatchObject([
      { name: 'not-settled' },
    ]);
  });
  it('says why where it is known, and adds no reason to a verdict', () => {
    const told = (evidence: string, unrecovered: string[] = []) =>
      check(nemesis(9, 'settled', { settled: false, evidence, unrecovered })).findings;
    expect(told('n2 lags', ['n2'])[0].explanation).toMatch(/n2 did not come back: n2 lags\.$/);
    expect(told('', ['n2'])[0].explanation).toMatch(/n2 did not come back\.$/);
    expect(told('')).toMatchObject([{ name: 'not-settled', certain: true }]);
    expect(check(settled({ settled: true, unrecovered: [] }))).toEqual({
      ...{ checker: 'recovery', valid: true, findings: [] },
    });
  });
  it('takes only what the harness says of primaries for primaries', () => {
    const [invoked, completed] = op(3, 1, 'ok', 'primaries');
    const client: EventInput[] = [invoked, { ...completed, value: ['n1', 'n2'] }];
    const verdict = check(nemesis(1, 'primaries', ['n1']), nemesis(2, 'members', ['n1', 'n2']), client);
    expect(verdict).toMatchObject({ valid: true, findings: [] });
  });
  it('is unknown, and no finding, when the harness never learnt whether the cluster had settled', () => {
    const evidence = 'not proven: the cluster never said whether it had settled';
    const open = nemesis(9, 'settled', { settled: false, unrecovered: [], evidence });
    expect(check(open)).toEqual({
      ...{ checker: 'recovery', valid: 'unknown', findings: [] },
      reason: `whether the cluster settled is ${evidence}`,
    });
    // What was seen besides still counts.
    expect(check(nemesis(1, 'primaries', ['n1']), nemesis(2, 'primaries', ['n1', 'n2']), open)).toMatchObject(
      {
        ...{ valid: false, findings: [{ name: 'split-brain' }] },
      },
    );
  });
  describe('progress', () => {
    const known = ['n1', 'n2', 'n3'].map((node, i) => by(node, i + 1));
    const refused = (from: number, to: number) =>
      Array.from({ length: 20 }, (_, i) =>
        op(from + (i * (to - from)) / 19, 1, i % 2 === 0 ? 'fail' : 'info'),
      );
    const names = (...events: EventInput[][]) => check(...known, ...events).findings.map(({ name }) => name);
    const healed = (at: number) => nemesis(at, 'heal', { id: 1, bit: true, evidence: '' });

    it('is asked of a healthy majority for ten seconds, and of nobody else', () => {
      expect(names(...refused(100, 10_101))).toEqual(['no-progress']);
      expect(names(...refused(100, 10_099))).toEqual([]);
      expect(names(...refused(100, 10_101).slice(11))).toEqual([]);
      expect(names(...refused(100, 10_101), op(5000))).toEqual([]);
    });

    it('ten operations in ten seconds are enough, nine are not', () => {
      const tried = [100, 1100, 2100, 3100, 4100, 5100, 6100, 7100, 8100, 10_100].map((at) =>
        op(at, 1, 'fail'),
      );
      expect(names(...tried)).toEqual(['no-progress']);
      expect(names(...tried.filter((_, i) => i !== 4))).toEqual([]);
    });

    it('what was tried before a majority was well again does not count, what was before a minority fell ill does', () => {
      const parted = (targets: string[]) =>
        names(
          ...refused(100, 5000),
          ...[fault(5001, 1, { targets }), healed(6000)],
          ...refused(6001, 11_000),
        );
      expect(parted(['n1', 'n2'])).toEqual([]);
      expect(parted(['n1'])).toEqual(['no-progress']);
    });

    it('a fault of a minority is no excuse, one of a majority or of nobody knows whom is', () => {
      const during = (more: object) => names(fault(50, 1, more), ...refused(100, 10_101), healed(10_200));
      expect(during({ targets: ['n1'] })).toEqual(['no-progress']);
      expect(during({ targets: ['n1', 'n2'] })).toEqual([]);
      expect(during({ targets: [], reached: false })).toEqual([]);
      expect(
        names(
          fault(50, 1, { targets: ['n1', 'n2'] }),
          ...refused(100, 5000),
          healed(5001),
          ...refused(5002, 12_000),
        ),
      ).toEqual([]);
    });
  });

  it('names two primaries at once, once an episode', () => {
    const primaries = (at: number, ...nodes: string[]) => nemesis(at, 'primaries', nodes);
    expect(check(primaries(1, 'n1'), primaries(2, 'n2'))).toMatchObject({ valid: true });
    const verdict = check(
      primaries(1, 'n1'),
      primaries(2, 'n2', 'n1'),
      primaries(3, 'n1', 'n2'),
      primaries(4, 'n2'),
      primaries(5, 'n1', 'n2'),
    );
    expect(verdict).toMatchObject({
      valid: false,
      findings: [{ name: 'split-brain', count: 2, witness: [1] }],
    });
  });
});

describe('a fault between nodes', () => {
  it('leaves each side its share of healthy answers, and a side that never serves none', () => {
    const both = (from: number, to: number) =>
      Array.from({ length: (to - from) / 10 }, (_, i) => [
        ...by('n1', from + i * 10),
        ...by('n2', from + i * 10 + 5),
      ]);
    const onlyN2 = Array.from({ length: 100 }, (_, i) => by('n2', 1000 + i * 10));
    const partition = { fault: 'partition:n1', family: 'partition', targets: ['n1'] };
    const history = sorted(
      phase(0, 'main'),
      ...both(1, 1001),
      fault(1001, 1, partition),
      ...onlyN2,
      heal(2001),
      phase(2002, 'heal'),
    );
    const [{ sides }] = performanceOf(history).faults;
    expect(sides.map(({ nodes }) => nodes)).toEqual([['n1'], ['n2']]);
    expect(sides[0].share).toBe(0);
    expect(sides[1].share).toBeCloseTo(1, 1);
    const alone = sorted(
      phase(0, 'main'),
      ...Array.from({ length: 100 }, (_, i) => by('n2', i * 10)),
      fault(1001, 1, partition),
      ...onlyN2,
      heal(2001),
    );
    expect(performanceOf(alone).faults[0].sides[0].share).toBe(null);
  });

  it('earns a side nothing by refusals', () => {
    const refusals = (from: number) =>
      Array.from({ length: 50 }, (_, i) =>
        by('n1', from + i * 10).map((event, j): EventInput => (j === 0 ? event : { ...event, type: 'fail' })),
      );
    const served = Array.from({ length: 50 }, (_, i) => by('n1', 1 + i * 10));
    const cut = { fault: 'partition:n1', family: 'partition', targets: ['n1'] };
    const history = sorted(phase(0, 'main'), ...served, fault(501, 1, cut), ...refusals(502), heal(1003));
    expect(performanceOf(history).faults[0].sides[0].share).toBe(0);
  });

  it('that slows links shows in the median of operations begun meanwhile', () => {
    const ops = (from: number, took: number) => Array.from({ length: 50 }, (_, i) => op(from + i * 10, took));
    const slow = { fault: 'delay:all:20ms', family: 'delay', targets: ['n1'] };
    const history = sorted(
      phase(0, 'main'),
      ...ops(1, 1),
      fault(600, 1, slow),
      ...ops(601, 41),
      heal(1400),
      phase(1500, 'heal'),
    );
    const { calmMedians, faults } = performanceOf(history);
    expect(calmMedians).toEqual({ write: 1 });
    expect(faults[0].medians).toEqual({ write: 41 });
  });
});
