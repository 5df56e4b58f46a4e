import { describe, expect, it } from 'vitest';
import { changesBetween } from './changes.ts';
import { nightOf, type JudgedCell } from './findings.ts';
import { acceptanceOf } from './known.ts';

const stale = { name: 'stale-read', status: 'violation', certain: true };

/** A cell of which `hits` of `runs` runs showed a stale read. */
function cell(hits: number, runs: number, more: Partial<JudgedCell> = {}): JudgedCell {
  return {
    configuration: 'db',
    workload: 'register',
    faults: 'kill:one',
    runs: Array.from({ length: runs }, (_, i) =>
      i < hits ? { outcome: 'violation', anomalies: [stale] } : { outcome: 'valid', anomalies: [] },
    ),
    ...more,
  };
}

const changes = (before: JudgedCell[], now: JudgedCell[]) =>
  changesBetween(nightOf(before), nightOf(now)).map((one) => one.change);

describe('a finding between two nights', () => {
  it('that was never seen before is new, even once in many runs', () => {
    expect(changes([cell(0, 20)], [cell(1, 20)])).toEqual(['new']);
    expect(changes([], [cell(1, 1)])).toEqual(['new']);
  });

  it('is the same under another fault', () => {
    expect(changes([cell(3, 9)], [cell(3, 9, { faults: 'pause:one' })])).toEqual(['known']);
  });

  it('at a rate of a tenth is not called fixed after one green night', () => {
    expect(changes([cell(2, 20)], [cell(0, 20)])).toEqual(['flaky']);
    expect(changes([cell(10, 100)], [cell(0, 10)])).toEqual(['flaky']);
  });

  it('that showed in every run and in none of as many is fixed', () => {
    expect(changes([cell(10, 10)], [cell(0, 10)])).toEqual(['fixed']);
    // Three runs against three may be chance (p = 0.1).
    expect(changes([cell(3, 3)], [cell(0, 3)])).toEqual(['flaky']);
  });

  it('is not called fixed by runs that reached no verdict, or were not made', () => {
    const broke = cell(0, 0, { runs: Array(10).fill({ outcome: 'inconclusive', anomalies: [] }) });
    expect(changes([cell(10, 10)], [broke])).toEqual(['not-run']);
    expect(changes([cell(10, 10)], [cell(0, 10, { workload: 'set' })])).toEqual(['not-run']);
  });

  it('whose rate moved is worse or better only when it moved significantly and by enough', () => {
    expect(changes([cell(10, 100)], [cell(60, 100)])).toEqual(['worse']);
    expect(changes([cell(60, 100)], [cell(10, 100)])).toEqual(['better']);
    expect(changes([cell(10, 100)], [cell(14, 100)])).toEqual(['known']);
    // Significant over ten thousand runs, and of no consequence.
    expect(changes([cell(500, 10_000)], [cell(700, 10_000)])).toEqual(['known']);
  });

  it('among many that vanished by chance is not called fixed', () => {
    // 5 of 10 to 0 of 10 has p = 0.033: alone it passes, among forty doubtful ones it does not.
    const doubtful = Array.from({ length: 40 }, (_, i) => cell(1, 10, { configuration: `other-${i}` }));
    const gone = doubtful.map((one) => cell(0, 10, { configuration: one.configuration }));
    expect(changes([cell(5, 10)], [cell(0, 10)])).toEqual(['fixed']);
    expect(changes([cell(5, 10), ...doubtful], [cell(0, 10), ...gone])).not.toContain('fixed');
  });

  it('that is only possible, or permitted, is none', () => {
    const runs = [
      { outcome: 'valid', anomalies: [{ ...stale, status: 'permitted' }] },
      { outcome: 'violation', anomalies: [{ ...stale, certain: false }] },
    ];
    expect(changes([], [cell(0, 0, { runs })])).toEqual([]);
  });
});

describe('an accepted finding', () => {
  const finding = { configuration: 'db', workload: 'register', anomaly: 'stale-read' };
  const entry = { anomaly: 'stale-read', reason: 'ticket 7', expires: '2026-12-01' };

  it('is accepted up to its last day, and no longer', () => {
    expect(acceptanceOf(finding, [entry], '2026-12-01')).toMatchObject({
      expired: false,
      reason: 'ticket 7',
    });
    expect(acceptanceOf(finding, [entry], '2026-12-02')).toMatchObject({ expired: true });
  });

  it('is accepted only where it was', () => {
    expect(acceptanceOf(finding, [{ ...entry, configuration: 'other' }], '2026-01-01')).toBe(null);
    expect(acceptanceOf({ ...finding, anomaly: 'split-brain' }, [entry], '2026-01-01')).toBe(null);
    expect(acceptanceOf(finding, [{ ...entry, workload: 'register' }], '2026-01-01')).not.toBe(null);
  });
});
