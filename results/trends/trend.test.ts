import { expect, it } from 'vitest';
import type { JudgedCell } from '../regressions/findings.ts';
import { trendsPage } from './page.ts';
import { trendOf } from './trend.ts';

const lost = { name: 'lost-update', status: 'violation', certain: true };
const night = (startedAt: string, hits: number, runs = 10, name = 'nightly') => ({
  name,
  startedAt,
  cells: [
    {
      ...{ configuration: 'db', workload: 'txn', faults: 'none' },
      runs: Array.from({ length: runs }, (_, i) =>
        i < hits ? { outcome: 'violation', anomalies: [lost] } : { outcome: 'valid', anomalies: [] },
      ),
    },
  ] satisfies JudgedCell[],
});

it('one night is no trend', () => {
  expect(trendOf([night('2026-11-20T01:00:00Z', 1)])).toBe(null);
});

it('a violation’s share is told night by night, and the last night against all before it', () => {
  const trend = trendOf([
    night('2026-11-20T01:00:00Z', 10),
    night('2026-11-21T01:00:00Z', 0, 0),
    night('2026-11-22T01:00:00Z', 0),
  ]);
  const [finding] = trend?.findings ?? [];
  expect(finding.shares.map((share) => share && [share.hits, share.runs])).toEqual([[10, 10], null, [0, 10]]);
  expect(finding.change).toBe('fixed');
  expect(trend?.outcomes).toEqual([{ violation: 10 }, {}, { valid: 10 }]);
});

it('campaigns of different names are different trends, and hostile names stay text', () => {
  const name = '</table><img src=x onerror=alert(1)>';
  const page = trendsPage([
    night('2026-11-20T01:00:00Z', 1, 10, name),
    night('2026-11-21T01:00:00Z', 1, 10, name),
    night('2026-11-21T01:00:00Z', 1),
  ]);
  expect(page).not.toContain('<img');
  expect(page.match(/<h2>/g)).toHaveLength(1);
});
