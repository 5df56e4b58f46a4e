import { describe, expect, it } from 'vitest';
import type { Cell } from './matrix.ts';
import type { Row } from './row.ts';
import { campaignMarkdown, campaignResults } from './summary.ts';

const place = { configuration: 'a', workload: 'w', faults: 'none', notApplicable: null };
const config = { time: 10 } as Cell['runs'][number]['config'];

function row(key: string, outcome: Row['outcome'], more: Partial<Row> = {}): Row {
  return {
    key,
    seed: key,
    outcome,
    reason: null,
    anomalies: [],
    timings: { wallMs: 1, checkMs: 1, attempts: 1 },
    ...more,
  };
}

/** Results of one cell with these rows, under this expectation. */
function results(rows: readonly Row[], expectation: Cell['expect'] = null, planned = rows.length) {
  const keys = [
    ...rows.map(({ key }) => key),
    ...Array.from({ length: planned - rows.length }, (_, i) => `missing-${i}`),
  ];
  const cell: Cell = { ...place, expect: expectation, runs: keys.map((key) => ({ key, config })) };
  return campaignResults('c', [cell], new Map(rows.map((one) => [one.key, one])));
}

describe('the exit code of a campaign', () => {
  const valid = { outcome: 'valid', anomalies: [] } as const;
  it.each([
    [0, results([row('1', 'valid')])],
    [1, results([row('1', 'violation'), row('2', 'error'), row('3', 'unknown')])],
    [0, results([row('1', 'violation')], { outcome: 'violation', anomalies: [] })],
    [1, results([row('1', 'valid')], { outcome: 'violation', anomalies: [] })],
    [1, results([row('1', 'error')], valid)],
    [1, results([row('1', 'valid')], { outcome: 'valid', anomalies: ['stale-read'] })],
    [3, results([row('1', 'error'), row('2', 'inconclusive')])],
    [2, results([row('1', 'unknown'), row('2', 'valid')])],
    [2, results([row('1', 'inconclusive')])],
    [2, results([row('1', 'valid')], valid, 2)],
    [0, results([row('1', 'inconclusive')], { outcome: 'inconclusive', anomalies: [] })],
  ])('is %d', (code, { exitCode }) => {
    expect(exitCode).toBe(code);
  });

  it('counts only certain anomalies as seen', () => {
    const anomalies = [{ name: 'stale-read', status: 'permitted', certain: false, count: 3 }];
    expect(
      results([row('1', 'valid', { anomalies })], { outcome: 'valid', anomalies: ['stale-read'] }).exitCode,
    ).toBe(1);
  });
});

describe('the page of a campaign', () => {
  it('shows what a history says as text, whatever it says', () => {
    const hostile =
      '</td><script>alert(1)</script> | x\n# boo [l](javascript:x) ![i](u) `c` *b* &lt;b&gt; http://x.example';
    const page = campaignMarkdown(results([row('1', 'violation', { reason: hostile })]));
    const line = page.split('\n').find((one) => one.startsWith('- **')) ?? '';
    expect(line).toContain('alert(1)');
    for (const raw of ['<script', '](', ' | ', '`c`', '*b*', '&lt;'])
      expect(line.replace(/\\./g, '')).not.toContain(raw);
    expect(page).not.toMatch(/^# boo/m);
  });

  it('says in which share of runs an anomaly was seen, with its interval', () => {
    const anomalies = [{ name: 'stale-read', status: 'permitted', certain: true, count: 3 }];
    const page = campaignMarkdown(results([row('1', 'valid', { anomalies }), row('2', 'valid')]));
    expect(page).toContain('stale-read (permitted) 1/2 (9–91 %)');
    expect(page).toContain('2 valid');
  });
});
