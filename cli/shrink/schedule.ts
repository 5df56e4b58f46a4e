import type { Planned } from '../../nemesis/schedule.ts';
import { heldFaults, scheduleOfHeld, type Held } from './held.ts';
import { minimise } from './minimise.ts';

/** A run that was made with some of the faults: where it lies, and what broke the claim in it. */
export interface Attempt {
  readonly directory: string;
  readonly found: readonly string[];
}

export interface ScheduleGoal {
  readonly anomaly: string;
  /** A schedule counts when at least so many … */
  readonly hits: number;
  /** … of so many runs show the anomaly. */
  readonly tries: number;
  /** Runs that may be made in all. */
  readonly runs: number;
}

export interface ShrunkSchedule {
  /** Ascending by time, as the runs had it. */
  readonly faults: readonly Planned[];
  readonly before: number;
  readonly after: number;
  /** Seconds for which faults were held, added up. */
  readonly held: { readonly before: number; readonly after: number };
  /** Of the runs with the schedule that is left. */
  readonly showed: { readonly hits: number; readonly runs: number };
  readonly runs: number;
  /** A run with the schedule that is left that shows the anomaly. */
  readonly directory: string;
  /** False: the runs were used up before everything had been tried. */
  readonly complete: boolean;
}

/** Holds shorter than this are no faults that anybody could tell from chance, ms. */
const SHORTEST = 250;

/**
 * The smallest fault schedule of a real run that still shows the anomaly often enough: fewer faults first, then each
 * held for less. Operations stay as they are. What a real cluster does is never twice the same, so that every schedule
 * is tried until it is decided: as soon as `hits` runs have shown the anomaly, or too few are left for that.
 * @param make makes a run with these faults and the operations of the first one.
 * @returns null when the whole schedule does not show the anomaly often enough.
 */
export async function shrinkSchedule(
  schedule: readonly Planned[],
  goal: ScheduleGoal,
  make: (faults: readonly Planned[]) => Promise<Attempt>,
): Promise<ShrunkSchedule | null> {
  let runs = 0;
  let best: { faults: readonly Planned[]; showed: ShrunkSchedule['showed']; directory: string } | null = null;
  const over = (): boolean => runs >= goal.runs;

  const shows = async (kept: readonly Held[]): Promise<boolean> => {
    const faults = scheduleOfHeld(kept);
    let [hits, made, directory] = [0, 0, ''];
    while (hits < goal.hits && hits + goal.tries - made >= goal.hits && !over()) {
      const attempt = await make(faults);
      runs += 1;
      made += 1;
      if (!attempt.found.includes(goal.anomaly)) continue;
      hits += 1;
      directory = attempt.directory;
    }
    if (hits < goal.hits) return false;
    best = { faults, showed: { hits, runs: made }, directory };
    return true;
  };

  const whole = heldFaults(schedule);
  if (!(await shows(whole))) return null;
  let left = await minimise(whole, shows, over);
  for (let i = 0; i < left.length; i++) left = await shorter(left, i, shows, over);
  const { faults, showed, directory } = best!;
  return {
    ...{ faults, showed, directory, runs },
    before: whole.length,
    after: left.length,
    held: { before: secondsHeld(whole), after: secondsHeld(heldFaults(faults)) },
    complete: !over(),
  };
}

/** The i-th fault held for half as long, again and again, as long as the anomaly stays. */
async function shorter(
  kept: readonly Held[],
  i: number,
  shows: (kept: readonly Held[]) => Promise<boolean>,
  over: () => boolean,
): Promise<readonly Held[]> {
  let best = kept;
  for (;;) {
    const [begin, end] = best[i];
    if (end === undefined || over()) return best;
    const half = Math.round((end.at - begin.at) / 2);
    if (half < SHORTEST) return best;
    const candidate = best.with(i, [begin, { ...end, at: begin.at + half }]);
    if (!(await shows(candidate))) return best;
    best = candidate;
  }
}

function secondsHeld(held: readonly Held[]): number {
  return held.reduce((sum, [begin, end]) => sum + (end === undefined ? 0 : end.at - begin.at), 0) / 1000;
}
