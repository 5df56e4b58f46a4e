import { describe, expect, it } from 'vitest';
import { historyOf } from './builder.ts';
import { NEMESIS, type EventInput } from './event.ts';
import { faultValue, faultWindows } from './fault.ts';

const fault = {
  id: 0,
  fault: 'kill:one',
  family: 'kill',
  targets: ['n1'],
  reached: true,
  evidence: 'n1 gone',
};

function windowsOf(began: number | undefined) {
  const value = faultValue(began === undefined ? fault : { ...fault, began });
  const events: EventInput[] = [
    { time: 100, process: 0, type: 'invoke', f: 'read' },
    { time: 200, process: 0, type: 'ok', f: 'read' },
    { time: 1100, process: NEMESIS, type: 'info', f: 'fault', value },
    {
      time: 3000,
      process: NEMESIS,
      type: 'info',
      f: 'heal',
      value: { id: 0, bit: true, evidence: 'restarted' },
    },
  ];
  return faultWindows(historyOf(events));
}

describe('the window of a fault', () => {
  it('begins with the injection, not with the end of its probe: damage may have been done meanwhile', () => {
    expect(windowsOf(150)).toMatchObject([{ start: 150, end: 3000, inFlight: 1, bit: true }]);
  });

  it('of a history that does not say when the injection began starts at the event', () => {
    expect(windowsOf(undefined)).toMatchObject([{ start: 1100, inFlight: 0 }]);
  });
});
