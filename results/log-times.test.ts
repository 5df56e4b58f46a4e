import { expect, it } from 'vitest';
import { timeOfLine } from './log-times.ts';
import { linesAround } from './run-logs.ts';

const BEGAN = Date.UTC(2026, 10, 22, 1, 3, 0);

it.each([
  ['2026-11-22 01:03:07.114 UTC [4211] LOG:  terminating', 7_114_000_000],
  ['2026-11-22T01:03:07.114201Z 0 [System] [MY-010931] ready', 7_114_201_000],
  ['4211:M 22 Nov 2026 01:03:07.114 * DB loaded', 7_114_000_000],
  ['2026-11-22T01:03:07.114Z leads epoch 2', 7_114_000_000],
  ['{"level":"info","ts":"2026-11-22T01:03:07.114Z","msg":"elected leader"}', 7_114_000_000],
  ['\tDETAIL: of the line before', null],
])('of the line "%s" the moment of the run is known', (line, time) => {
  expect(timeOfLine(line, BEGAN)).toBe(time);
});

it('a simulated node counts microseconds of the run', () => {
  expect(timeOfLine('3589497 deposed by epoch 2', null)).toBe(3_589_497_000);
});

it('lines around a moment come with those that continue them, and no others', () => {
  const text = ['1000000 early', '2000000 in time', '  continued', '9000000 late', ''].join('\n');
  expect(linesAround(text, null, [{ from: 1.5e9, to: 2.5e9 }])).toEqual([
    { time: 2e9, text: '2000000 in time' },
    { time: 2e9, text: '  continued' },
  ]);
});
