import { expect, it } from 'vitest';
import { parseTimetable, planOfTimetable } from './timetable.ts';

it('a timetable is faults with the seconds at which they begin and are lifted', () => {
  expect(parseTimetable('partition:primary:in@5..11.5, switchover@20..22')).toEqual([
    { fault: 'partition:primary:in', from: 5, to: 11.5 },
    { fault: 'switchover', from: 20, to: 22 },
  ]);
});

it('what falls on one moment is lifted before anything begins', () => {
  expect(planOfTimetable(parseTimetable('kill:one@1..2,pause:one@2..3'))).toEqual([
    { at: 1000, f: 'fault', fault: 'kill:one' },
    { at: 2000, f: 'heal', fault: 'kill:one' },
    { at: 2000, f: 'fault', fault: 'pause:one' },
    { at: 3000, f: 'heal', fault: 'pause:one' },
  ]);
});

it.each([
  ['kill:one', /write fault@FROM\.\.TO/],
  ['kill:one@3..3', /ends before it begins/],
  ['kill:one@1..5,kill:one@4..6', /overlap/],
])('"%s" is refused in one sentence', (text, why) => {
  expect(() => parseTimetable(text)).toThrow(why);
});
