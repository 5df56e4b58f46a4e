import { describe, expect, it } from 'vitest';
import { historyOf } from '../harness/history/builder.ts';
import type { EventInput } from '../harness/history/event.ts';
import { judge, type JudgeInput } from './judge.ts';
import type { AnomalyDefinition, Finding } from './types.ts';

const vocabulary = new Map<string, AnomalyDefinition>(
  (
    [
      ['stale-read', ['no-stale-read'], 2],
      ['lost-acknowledged-write', ['durable'], 3],
      ['concurrent-discard', [], 1],
    ] as const
  ).map(([name, violates, severity]) => [
    name,
    { name, title: name, definition: name, source: 'a test', severity, violates },
  ]),
);

const fault = (time: number, id: number, family: string, targets: string[]): EventInput => ({
  time,
  process: -1,
  type: 'info',
  f: 'fault',
  value: { id, fault: family, family, targets, reached: true, evidence: '' },
});
const heal = (time: number, id: number): EventInput => ({
  time,
  process: -1,
  type: 'info',
  f: 'heal',
  value: { id, bit: true, evidence: '' },
});
const read = (time: number, process: number): EventInput[] => [
  { time, process, type: 'invoke', f: 'read' },
  { time: time + 1, process, type: 'ok', f: 'read' },
];

const finding = (name: string, witness: number[], more: Partial<Finding> = {}): Finding => ({
  name,
  certain: true,
  witness,
  explanation: `${name} at ${witness.join(',')}`,
  ...more,
});

function judged(findings: Finding[], events: EventInput[], more: Partial<JudgeInput> = {}) {
  return judge({
    history: historyOf(events),
    verdicts: [{ checker: 'c', valid: findings.length === 0, findings }],
    vocabulary,
    promise: { guarantee: ['linearizable'], tolerates: { faults: ['kill'], howMany: 1 } },
    vacuous: [],
    error: null,
    ...more,
  });
}

const quiet = [...read(0, 0), ...read(10, 1)];

describe('a finding', () => {
  it('violates a claim whose guarantee implies the one it refutes', () => {
    const { outcome, anomalies } = judged([finding('stale-read', [0, 1])], quiet);
    expect(outcome).toBe('violation');
    expect(anomalies).toMatchObject([{ name: 'stale-read', status: 'violation', count: 1 }]);
  });

  it('is permitted where nothing was promised, and counted all the same', () => {
    const promise = { guarantee: ['durable'], tolerates: null };
    const { outcome, anomalies } = judged(
      [finding('stale-read', [0, 1]), finding('stale-read', [2, 3])],
      quiet,
      { promise },
    );
    expect(outcome).toBe('valid');
    expect(anomalies).toMatchObject([{ name: 'stale-read', status: 'permitted', count: 2 }]);
  });

  it('that is only possible breaks no claim', () => {
    const { outcome, anomalies } = judged([finding('stale-read', [0, 1], { certain: false })], quiet);
    expect(outcome).toBe('valid');
    expect(anomalies).toMatchObject([{ certain: false, status: 'permitted' }]);
  });

  it('under a tolerated fault violates; under another one it is outside the claim', () => {
    const under = (family: string, targets: string[]) =>
      judged([finding('stale-read', [1, 2])], [fault(0, 0, family, targets), ...read(5, 0), heal(20, 0)]);
    expect(under('kill', ['n1']).outcome).toBe('violation');
    expect(under('clock', ['n1']).anomalies[0].status).toBe('outside-claim');
    expect(under('kill', ['n1', 'n2']).anomalies[0].status).toBe('outside-claim');
  });

  it('over slow links violates a claim that survives a partition, and no claim that does not', () => {
    const slow = [fault(0, 0, 'delay', ['n1', 'n2', 'n3']), ...read(5, 0), heal(20, 0)];
    const under = (families: string[]) => {
      const promise = { guarantee: ['linearizable'], tolerates: { faults: families, howMany: 1 } };
      return judged([finding('stale-read', [1, 2])], slow, { promise }).anomalies[0].status;
    };
    expect(under(['partition'])).toBe('violation');
    expect(under(['kill'])).toBe('outside-claim');
  });

  it('before an untolerated fault still violates', () => {
    const events = [...read(0, 0), fault(50, 0, 'clock', ['n1'])];
    expect(judged([finding('stale-read', [0, 1])], events).outcome).toBe('violation');
  });

  it('long after an untolerated fault healed is still outside the claim: damage outlasts a fault', () => {
    const events = [fault(0, 0, 'clock', ['n1']), heal(1, 0), ...read(100, 0)];
    expect(judged([finding('stale-read', [2, 3])], events).anomalies[0].status).toBe('outside-claim');
  });

  it('with the shortest certain witness speaks for its kind', () => {
    const findings = [
      finding('stale-read', [0, 1, 2, 3]),
      finding('stale-read', [0, 1], { certain: false }),
      finding('stale-read', [2, 3]),
    ];
    const row = judged(findings, quiet).anomalies.find((a) => a.status === 'violation');
    expect(row).toMatchObject({ count: 2, certain: true, witness: [2, 3] });
  });

  it('that is not in the vocabulary is a defect of the checker, not a finding', () => {
    expect(() => judged([finding('odd-read', [0])], quiet)).toThrow(/not in the vocabulary/);
  });
});

describe('the outcome', () => {
  const unknown = [{ checker: 'c', valid: 'unknown' as const, findings: [], reason: 'out of budget' }];

  it('is a violation whatever else went wrong', () => {
    const violation = [{ checker: 'c', valid: false, findings: [finding('stale-read', [0, 1])] }, ...unknown];
    expect(
      judged([], quiet, { verdicts: violation, vacuous: ['no fault bit'], error: 'n1 did not boot' }).outcome,
    ).toBe('violation');
  });

  it('is an error before it is unknown, unknown before inconclusive, and valid only when nothing is in the way', () => {
    expect(judged([], quiet, { verdicts: unknown, vacuous: ['v'], error: 'e' })).toMatchObject({
      outcome: 'error',
      reasons: ['e', 'c: out of budget', 'v'],
    });
    expect(judged([], quiet, { verdicts: unknown, vacuous: ['v'] }).outcome).toBe('unknown');
    expect(judged([], quiet, { vacuous: ['v'] }).outcome).toBe('inconclusive');
    expect(judged([], quiet)).toEqual({ outcome: 'valid', reasons: [], anomalies: [] });
  });

  it('lists violations first, the gravest before the others', () => {
    const names = judged(
      [
        finding('concurrent-discard', [0]),
        finding('stale-read', [0, 1]),
        finding('lost-acknowledged-write', [2, 3]),
      ],
      quiet,
    ).anomalies.map((a) => a.name);
    expect(names).toEqual(['lost-acknowledged-write', 'stale-read', 'concurrent-discard']);
  });
});
