import { describe, expect, it } from 'vitest';
import { CHECKERS } from '../../checkers/registry.ts';
import { historyOf } from '../../harness/history/builder.ts';
import { NEMESIS, type EventInput, type Json } from '../../harness/history/event.ts';
import { faultWindows } from '../../harness/history/fault.ts';
import { resultDocument, type CheckSummary, type JudgedAnomaly } from '../document.ts';
import { holdLimits, outcomeOfDay, type AllowedLimits } from './limits.ts';
import { stepMeasures } from './measures.ts';

const SECOND = 1e9;
const told = (seconds: number, f: string, value: Json): EventInput => ({
  ...{ time: seconds * SECOND, process: NEMESIS, type: 'info', f, value },
});
const ask = (process: number, f: string, from: number, to: number, type: 'ok' | 'fail'): EventInput[] => [
  { time: from * SECOND, process, type: 'invoke', f },
  { time: to * SECOND, process, type, f },
];
const kill = { id: 1, fault: 'kill:primary', family: 'kill', targets: ['n1'], reached: true, evidence: '' };

/** A kill from 2 to 5: writes fail from 2.5 on and are answered again at 6; reads are seldom asked and never missed. */
const history = historyOf(
  [
    told(0, 'phase', { phase: 'main' }),
    ...ask(0, 'write', 1, 1.1, 'ok'),
    ...ask(1, 'read', 1, 1.1, 'ok'),
    told(2, 'fault', kill),
    ...ask(0, 'write', 2.5, 2.6, 'fail'),
    ...ask(0, 'write', 4, 4.1, 'fail'),
    told(5, 'heal', { id: 1, bit: true, evidence: '' }),
    ...ask(0, 'write', 5.2, 5.3, 'fail'),
    ...ask(0, 'write', 5.9, 6, 'ok'),
    ...ask(1, 'read', 9, 9.1, 'ok'),
    told(10, 'phase', { phase: 'quiesce' }),
  ].sort((a, b) => a.time - b.time),
);
const steps = stepMeasures(history, faultWindows(history));

const lost = (count: number): JudgedAnomaly => ({
  ...{
    name: 'lost-acknowledged-write',
    title: '',
    definition: '',
    certain: true,
    status: 'permitted',
    witness: [],
  },
  ...{ severity: 3, checker: 'set', explanation: '', count },
});

function hold(
  limits: AllowedLimits,
  anomalies: JudgedAnomaly[] = [],
  checks: CheckSummary[] = [],
  checker = 'set',
) {
  const document = resultDocument({
    ...{ outcome: 'valid', reasons: [], anomalies, checks, checkMs: 0, run: '' },
    stats: { staleness: { ageMs: { max: 120 } } },
  });
  return holdLimits({ limits, steps, document, checkers: [CHECKERS.get(checker)!] }).map(
    ({ holds }) => holds,
  );
}

describe('what a step did', () => {
  it('is the longest wait of the kind of operation that fared worst, from its first question on', () => {
    expect(steps[0].outage).toEqual({ f: 'write', ms: 3500 });
  });
  it('recovers when every kind of operation that is asked is answered again', () => {
    expect(steps[0].recovered?.f).toBe('write');
    expect(steps[0].recovered?.ms).toBeCloseTo(800, 6);
  });
  it('is never over when nothing is answered any more', () => {
    const dead = historyOf([
      ...ask(0, 'write', 1, 1.1, 'ok'),
      told(2, 'fault', kill),
      told(3, 'heal', { id: 1, bit: true, evidence: '' }),
      ...ask(0, 'write', 4, 4.1, 'fail'),
    ]);
    expect(stepMeasures(dead, faultWindows(dead))[0].recovered).toEqual({ f: 'write', ms: null });
  });
});

describe('a limit', () => {
  it.each([
    [{ outage: 3.5 }, true],
    [{ outage: 3.4 }, false],
    [{ recovered: 0.9 }, true],
    [{ recovered: 0.7 }, false],
    [{ stale: 120 }, true],
    [{ stale: 119 }, false],
  ])('%j: holds %s', (limits, holds) => {
    expect(hold(limits)).toEqual([holds]);
  });
  it('of lost writes counts what is certainly gone', () => {
    expect(hold({ lost: 0 })).toEqual([true]);
    expect(hold({ lost: 2 }, [lost(2)])).toEqual([true]);
    expect(hold({ lost: 1 }, [lost(2)])).toEqual([false]);
  });
  it('of lost writes is not met by a checker that gave up, nor by a workload that cannot tell', () => {
    expect(hold({ lost: 0 }, [], [{ checker: 'set', title: '', valid: 'unknown' }])).toEqual([null]);
    expect(hold({ lost: 0 }, [], [], 'bank')).toEqual([null]);
  });
});

it('a broken limit fails the day whatever the claim allows, and one that nobody measured is no pass', () => {
  const limit = { limit: 'lost', allowed: '', measured: '' } as const;
  expect(outcomeOfDay([{ ...limit, holds: false }], 'valid')).toBe('violation');
  expect(outcomeOfDay([{ ...limit, holds: null }], 'valid')).toBe('unknown');
  expect(outcomeOfDay([{ ...limit, holds: true }], 'inconclusive')).toBe('inconclusive');
  expect(outcomeOfDay([{ ...limit, holds: true }], 'valid')).toBe('valid');
});
