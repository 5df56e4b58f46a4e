import fc from 'fast-check';
import { historyOf } from '../../../harness/history/builder.ts';
import type { EventInput } from '../../../harness/history/event.ts';
import { linearizability } from '../../linearizability/linearizability.ts';
import { SIMULATIONS } from '../../linearizability/testing/fuzz.ts';
import { simulate } from '../../linearizability/testing/simulate.ts';
import { monotonicReads } from '../../session/monotonic-reads.ts';
import { readYourWrites } from '../../session/read-your-writes.ts';
import type { Verdict } from '../../types.ts';
import { OnlineMonitor } from '../monitor.ts';

const CHECKERS = [linearizability, readYourWrites, monotonicReads];
/** What zones decide: all that is remembered shows all that can still go wrong. */
const DECIDED = ['register, unique values', 'cas-register, unique values'];

/** By name of a checker, how many histories it refuted; `histories` in all. */
export type OnlineTally = Record<string, number>;

/**
 * Registers of up to thirty operations, judged as they grow, after every event, whatever can be forgotten forgotten at
 * once: in the end the same is refuted as by a look at the whole.
 * @throws with the history, made small, on the first difference
 */
export async function fuzzOnline(runs: number, seed: number): Promise<OnlineTally> {
  const tally: OnlineTally = { histories: 0 };
  const tape = fc.array(fc.nat(4095), { minLength: 64, maxLength: 160 });
  await fc.assert(
    fc.asyncProperty(tape, fc.constantFrom(...DECIDED), async (rolls, name) => {
      const events = simulate({ ...SIMULATIONS[name], operations: 30 }, rolls);
      tally.histories++;
      for (const checker of await agreeing(events)) tally[checker] = (tally[checker] ?? 0) + 1;
    }),
    { numRuns: runs, seed },
  );
  return tally;
}

/** The checkers that refute a history. @throws when watching it and looking at the whole differ */
export async function agreeing(events: readonly EventInput[]): Promise<string[]> {
  const told = new Set<string>();
  const monitor = new OnlineMonitor({
    checkers: CHECKERS,
    options: {},
    announce: ({ checker }) => told.add(checker),
    remember: 0,
  });
  events.forEach((event, i) => monitor.observe({ ...event, time: i * 1e9 }));
  const said = await monitor.finish(events.length * 1e9);
  return CHECKERS.flatMap((checker) => {
    const whole = (checker.check(historyOf(events), {}) as Verdict).valid === false;
    if ((said.get(checker.name) === false) !== whole || told.has(checker.name) !== whole)
      throw new Error(
        `${checker.name}: ${whole ? 'refuted' : 'not refuted'} as a whole, but watched ${said.get(checker.name)}:\n${events.map((e) => JSON.stringify(e)).join('\n')}`,
      );
    return whole ? [checker.name] : [];
  });
}
