import { describe, expect, it } from 'vitest';
import { historyOf } from '../harness/history/builder.ts';
import { openHistory } from './open-history.ts';
import type { Operations } from './operations.ts';
import { packHistory } from './packed-history.ts';
import { bins, complement, extent, quantile, service, timeToFirstOk } from './performance.ts';

type End = 'ok' | 'fail' | 'info' | null;

/** Operations `[start, end, how]` in order of start, a process each. */
function operations(...rows: readonly [number, number, End][]): Operations {
  const events = rows.flatMap(([start, end, type], process) => [
    { time: start, process, type: 'invoke' as const, f: 'read' },
    ...(type === null ? [] : [{ time: end, process, type, f: 'read' }]),
  ]);
  return openHistory(packHistory(historyOf(events.sort((a, b) => a.time - b.time))));
}

describe('the bins of a run', () => {
  it('count completions where they happened and availability where attempts began', () => {
    const b = bins(
      operations([0, 10, 'ok'], [5, 15, 'fail'], [12, 18, 'ok'], [13, 20, null]),
      { from: 0, to: 20 },
      2,
    );
    expect(b.ok).toEqual([0, 2 * 1e8]);
    expect(b.fail).toEqual([0, 1e8]);
    expect(b.info).toEqual([0, 0]);
    expect(b.available).toEqual([1 / 2, 1 / 2]);
    expect(b.p50).toEqual([null, 6]);
    expect(b.max).toEqual([null, 10]);
  });

  it('have no availability where nothing was tried', () => {
    expect(bins(operations([0, 1, 'ok']), { from: 0, to: 100 }, 2).available).toEqual([1, null]);
  });
});

it('service in a stretch counts what began in it, and the longest time without an answer', () => {
  const ops = operations([0, 1, 'ok'], [2, 3, 'ok'], [4, 90, 'info'], [5, 60, 'fail'], [70, 80, 'ok']);
  expect(service(ops, [{ from: 2, to: 100 }])).toEqual({
    attempts: 4,
    ok: 2,
    fail: 1,
    info: 1,
    p50: 1,
    p99: 10,
    longestGap: 77,
  });
});

it('time to the first ok counts only operations that began after the moment', () => {
  const ops = operations([0, 50, 'ok'], [20, 70, 'ok']);
  expect(timeToFirstOk(ops, 10)).toBe(60);
  expect(timeToFirstOk(ops, 30)).toBeNull();
});

it('the complement of overlapping spans is what none of them covers', () => {
  expect(
    complement({ from: 0, to: 100 }, [
      { from: 30, to: 50 },
      { from: 10, to: 40 },
      { from: 90, to: Infinity },
    ]),
  ).toEqual([
    { from: 0, to: 10 },
    { from: 50, to: 90 },
  ]);
});

it('a quantile is the nearest rank', () => {
  const sorted = Float64Array.of(1, 2, 3, 4);
  expect([0, 0.5, 0.75, 0.99, 1].map((q) => quantile(sorted, q))).toEqual([1, 2, 3, 4, 4]);
});

it('the extent of a run leaves out the time before its first operation', () => {
  expect(extent(operations([1000, 1010, 'ok'], [1040, 1100, 'info']))).toEqual({ from: 999, to: 1101 });
  expect(extent(operations()).to).toBeGreaterThan(0);
});
