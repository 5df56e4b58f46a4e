import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resultDocument, type JudgedAnomaly } from './document.ts';
import type { Outcome } from './outcome.ts';
import { worstOf } from './outcome.ts';
import { runSummary, verdictTable } from './verdict-table.ts';

const anomaly = (name: string, more: Partial<JudgedAnomaly> = {}): JudgedAnomaly => ({
  name,
  title: name,
  definition: '',
  count: 1,
  certain: true,
  status: 'violation',
  witness: [3, 9],
  explanation: `Read #9 forgot write #3 (${name}).`,
  severity: 2,
  checker: 'session',
  ...more,
});

const document = (outcome: Outcome, ...anomalies: JudgedAnomaly[]) =>
  resultDocument({
    outcome,
    reasons: anomalies.map((a) => `${a.name}: ${a.explanation}`),
    anomalies,
    checks: [{ checker: 'session', title: 'Sessions', valid: anomalies.length === 0 }],
    stats: {},
    checkMs: 12.3,
    run: 'runs/1',
  });

const plain = { color: false };

it('the table of runs has a line a run: expected, outcome, evidence, findings', () => {
  const table = verdictTable(
    [
      {
        name: 'async',
        directory: join(process.cwd(), 'runs/1'),
        expected: true,
        document: document(
          'violation',
          anomaly('monotonic-reads', { status: 'permitted', count: 4 }),
          anomaly('read-your-writes', { count: 12 }),
        ),
      },
      {
        name: 'sync',
        directory: join(process.cwd(), 'runs/2'),
        expected: false,
        document: document('valid'),
      },
    ],
    plain,
  );
  expect(table.split('\n')).toEqual([
    '   run    outcome    evidence  found',
    '✓  async  violation  runs/1    read-your-writes 12; permitted: monotonic-reads 4',
    '✗  sync   valid      runs/2    –',
  ]);
});

it('the summary tells each anomaly once, in words', () => {
  expect(runSummary(document('violation', anomaly('stale-read')), plain)).toBe(
    [
      'violation  runs/1',
      '',
      '  stale-read  1 time, certain, against the claim',
      '    Read #9 forgot write #3 (stale-read).',
      '    witness: #3 #9',
      '',
      '  checked: session does not hold (12 ms)',
    ].join('\n'),
  );
});

describe('what a history holds', () => {
  it('cannot steer the terminal', () => {
    const text = runSummary(
      document('violation', anomaly('stale-read', { explanation: 'returned "\u001b[2J\u202e"' })),
      plain,
    );
    expect(text).toContain('returned "\\u001b[2J\\u202e"');
  });
});

it('colour is for terminals', () => {
  expect(runSummary(document('valid'), { color: true })).toContain('\u001b[32m');
  expect(runSummary(document('valid'), plain)).not.toContain('\u001b');
});

it('the worst of several outcomes is a violation, then an error, and nothing judged is unknown', () => {
  expect(worstOf(['valid', 'violation', 'error'])).toBe('violation');
  expect(worstOf(['valid', 'unknown', 'error'])).toBe('error');
  expect(worstOf(['valid', 'inconclusive'])).toBe('inconclusive');
  expect(worstOf([])).toBe('unknown');
});
