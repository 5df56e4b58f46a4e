import { BadFault } from './spec.ts';
import type { Planned } from './schedule.ts';

/** One entry of a timetable: a fault, or a command of the operator, with its seconds after the clients began. */
export interface Step {
  readonly fault: string;
  readonly from: number;
  readonly to: number;
}

const STEP = /^(.+)@(\d+(?:\.\d+)?)\.\.(\d+(?:\.\d+)?)$/;

/**
 * Reads `partition:primary@5..11, switchover@20..22`: faults with the seconds at which they begin and are lifted.
 * @throws BadFault one sentence.
 */
export function parseTimetable(text: string): Step[] {
  const steps = text.split(',').map((part): Step => {
    const match = STEP.exec(part.trim());
    if (!match) throw new BadFault(`"${part.trim()}" in the timetable: write fault@FROM..TO, in seconds`);
    return { fault: match[1].trim(), from: Number(match[2]), to: Number(match[3]) };
  });
  for (const [i, step] of steps.entries()) {
    if (step.to <= step.from) throw new BadFault(`${stepText(step)} in the timetable ends before it begins`);
    // Lifting one would lift the other: faults are lifted by name.
    const other = steps
      .slice(i + 1)
      .find((one) => one.fault === step.fault && one.from < step.to && step.from < one.to);
    if (other) throw new BadFault(`${stepText(step)} and ${stepText(other)} in the timetable overlap`);
  }
  return steps;
}

export function stepText({ fault, from, to }: Step): string {
  return `${fault}@${from}..${to}`;
}

/** The timetable as the nemesis' plan. What falls on one moment is lifted before anything begins. */
export function planOfTimetable(steps: readonly Step[]): Planned[] {
  return steps
    .flatMap(({ fault, from, to }): Planned[] => [
      { at: Math.round(from * 1000), f: 'fault', fault },
      { at: Math.round(to * 1000), f: 'heal', fault },
    ])
    .sort((a, b) => a.at - b.at || (a.f === b.f ? 0 : a.f === 'heal' ? -1 : 1));
}
