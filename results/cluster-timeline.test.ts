import { expect, it } from 'vitest';
import { historyOf } from '../harness/history/builder.ts';
import { NEMESIS, type EventInput, type Json } from '../harness/history/event.ts';
import { faultWindows } from '../harness/history/fault.ts';
import { clusterRows } from './cluster-timeline.ts';
import { gaugesOf, rolesOf } from './gauges.ts';

const told = (time: number, f: string, value: Json): EventInput => ({
  time,
  process: NEMESIS,
  type: 'info',
  f,
  value,
});
const history = historyOf([
  told(5, 'primaries', ['n1']),
  told(12, 'fault', {
    ...{
      id: 1,
      fault: 'partition:primary',
      family: 'partition',
      targets: ['n1'],
      reached: true,
      evidence: '',
      began: 10,
    },
    links: ['n1→n2', 'n2→n1'],
  }),
  told(15, 'primaries', ['n2']),
  told(20, 'heal', { id: 1, bit: true, evidence: '' }),
  told(30, 'fault', {
    ...{
      id: 2,
      fault: 'clock:one:+5s',
      family: 'clock',
      targets: ['n2'],
      reached: true,
      evidence: '',
      began: 28,
    },
    offsets: { before: { n2: 0 }, after: { n2: 5000 } },
  }),
  told(40, 'heal', { id: 2, bit: true, evidence: '', offsets: { n2: 4998 } }),
]);
const rows = clusterRows(['n1', 'n2'], rolesOf(history), faultWindows(history), 50);

it('a node takes writes from when the observer saw it to when it saw another', () => {
  expect(rows[0].stretches).toEqual([{ state: 'primary', from: 5, to: 15, by: '' }]);
  expect(rows[1].stretches[0]).toEqual({ state: 'primary', from: 15, to: 50, by: '' });
});

it('each direction of each link is a row, cut from the injection to the heal', () => {
  expect(rows.slice(2)).toEqual(
    ['n1→n2', 'n2→n1'].map((name) => ({
      name,
      link: true,
      stretches: [{ state: 'cut', from: 10, to: 20, by: 'partition:primary' }],
    })),
  );
});

it('a clock that was set off is a gauge of what was measured, and nothing is said of it after the heal', () => {
  expect(gaugesOf(history, faultWindows(history))).toEqual([
    { name: 'clock-offset-ms:n2', time: [28, 29, 40, 41], value: [0, 5000, 4998, null] },
  ]);
});
