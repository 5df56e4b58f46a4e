import { describe, expect, it } from 'vitest';
import type { Planned } from '../../nemesis/schedule.ts';
import { namedBy } from './held.ts';
import { shrinkSchedule, type ScheduleGoal } from './schedule.ts';

/** Held from `at` for `ms`. */
const fault = (name: string, at: number, ms: number): Planned[] => [
  { at, f: 'fault', fault: name },
  { at: at + ms, f: 'heal', fault: name },
];
const schedule = [
  ...fault('cut', 1000, 4000),
  ...fault('kill', 1500, 4000),
  ...fault('failover', 2000, 0),
  ...fault('pause', 6000, 1000),
  ...fault('cut', 9000, 4000),
].sort((a, b) => a.at - b.at);
const GOAL: ScheduleGoal = { anomaly: 'lost', hits: 2, tries: 3, runs: 1000 };

/** A cluster that loses when what it needs is there, and answers so in the runs that `lucky` names (from 1). */
function cluster(
  needs: (faults: readonly Planned[]) => boolean,
  lucky: (run: number) => boolean = () => true,
) {
  let runs = 0;
  return {
    made: () => runs,
    make: (faults: readonly Planned[]) => {
      runs += 1;
      const found = needs(faults) && lucky(runs) ? ['other', 'lost'] : ['other'];
      return Promise.resolve({ directory: `run-${runs}`, found });
    },
  };
}

const names = (faults: readonly Planned[]) => faults.filter(({ f }) => f === 'fault').map((one) => one.fault);
const cutBeforeFailover = (faults: readonly Planned[]) => {
  const of = names(faults);
  return of.includes('cut') && of.indexOf('cut') < of.indexOf('failover');
};

describe('the smallest fault schedule of a real run', () => {
  it('keeps the faults that the anomaly needs, each with its heal, at their moments', async () => {
    const { make } = cluster(cutBeforeFailover);
    const shrunk = await shrinkSchedule(schedule, GOAL, make);
    expect(names(shrunk!.faults)).toEqual(['cut', 'failover']);
    expect(shrunk!.faults[0].at).toBe(1000);
    expect([shrunk!.before, shrunk!.after, shrunk!.complete]).toEqual([5, 2, true]);
  });

  it('holds each for no longer than it takes', async () => {
    const { make } = cluster((faults) => {
      const [begin] = faults;
      const end = faults.find(({ f, fault: name }) => f === 'heal' && name === 'cut');
      return begin?.fault === 'cut' && end !== undefined && end.at - begin.at >= 900;
    });
    const shrunk = await shrinkSchedule(schedule, GOAL, make);
    expect(shrunk!.faults.map(({ at }) => at)).toEqual([1000, 2000]);
    expect(shrunk!.held).toEqual({ before: 13, after: 1 });
  });

  it('counts a schedule by the share of its runs, and stops as soon as that is decided', async () => {
    // Two runs of three show it: whatever is needed is found all the same.
    const some = cluster(cutBeforeFailover, (run) => run % 3 !== 0);
    expect(names((await shrinkSchedule(schedule, GOAL, some.make))!.faults)).toContain('failover');
    // One of three does not do: after two misses the third run is not made.
    const few = cluster(cutBeforeFailover, (run) => run % 3 === 1);
    expect(await shrinkSchedule(schedule, GOAL, few.make)).toBe(null);
    expect(few.made()).toBe(3);
    const none = cluster(() => false);
    expect(await shrinkSchedule(schedule, GOAL, none.make)).toBe(null);
    expect(none.made()).toBe(2);
  });

  it('needs no fault where none is needed, and gives a run that shows the anomaly', async () => {
    const { make } = cluster(() => true);
    const shrunk = await shrinkSchedule(schedule, { ...GOAL, hits: 1, tries: 1 }, make);
    expect(shrunk).toMatchObject({ faults: [], after: 0, runs: 2, directory: 'run-2' });
    expect(shrunk!.showed).toEqual({ hits: 1, runs: 1 });
  });

  it('says when its runs were used up, and gives what it has by then', async () => {
    const { make, made } = cluster(cutBeforeFailover);
    const shrunk = await shrinkSchedule(schedule, { ...GOAL, runs: 7 }, make);
    expect(shrunk!.complete).toBe(false);
    expect(made()).toBe(7);
    expect(cutBeforeFailover(shrunk!.faults)).toBe(true);
  });
});

it('a run is given the faults that its schedule names and no others', () => {
  expect(namedBy('cut,failover,pause', fault('failover', 0, 0))).toBe('failover');
  expect(namedBy('cut', [])).toBe('');
});
