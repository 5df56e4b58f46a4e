import type { EventInput } from '../event.ts';

/** A history that uses every field and every kind of event: for fixtures and round trips. */
export const SAMPLE: readonly EventInput[] = [
  { time: 0, process: -1, type: 'info', f: 'phase', value: { phase: 'main' } },
  { time: 10, process: 0, type: 'invoke', f: 'write', key: 'x', value: 1, node: 'n1' },
  { time: 11, process: 1, type: 'invoke', f: 'read', key: 'x', node: 'n2', session: 's1' },
  { time: 25, process: 0, type: 'ok', f: 'write', key: 'x', value: 1, node: 'n1' },
  { time: 30, process: 1, type: 'ok', f: 'read', key: 'x', value: null, node: 'n2', session: 's1' },
  {
    time: 40,
    process: -1,
    type: 'info',
    f: 'fault',
    value: {
      id: 0,
      fault: 'partition:one',
      family: 'partition',
      targets: ['n1'],
      reached: true,
      evidence: 'n1 ↛ n2',
    },
  },
  { time: 50, process: 0, type: 'invoke', f: 'cas', key: 'x', value: [1, 2] },
  { time: 55, process: 1, type: 'invoke', f: 'cas', key: 'x', value: [7, 8] },
  {
    time: 60,
    process: 0,
    type: 'info',
    f: 'cas',
    key: 'x',
    value: [1, 2],
    error: { code: 'timeout', message: 'no answer within 1 s' },
  },
  { time: 61, process: 1, type: 'ok', f: 'cas', key: 'x', value: false },
  {
    time: 70,
    process: 2,
    type: 'invoke',
    f: 'txn',
    value: [
      ['append', 'ключ', 1],
      ['r', 9, null],
    ],
  },
  { time: 71, process: 1, type: 'invoke', f: 'write', key: 'x', value: '"quoted"\n' },
  {
    time: 80,
    process: 2,
    type: 'ok',
    f: 'txn',
    value: [
      ['append', 'ключ', 1],
      ['r', 9, [1, 2]],
    ],
  },
  {
    time: 81,
    process: 1,
    type: 'fail',
    f: 'write',
    key: 'x',
    value: '"quoted"\n',
    error: { code: 'ECONNREFUSED', message: 'refused' },
  },
  { time: 82, process: 1, type: 'invoke', f: 'read', key: ['a', 1] },
  { time: 90, process: -1, type: 'info', f: 'heal', value: { id: 0, bit: true, evidence: '12 packets' } },
];
