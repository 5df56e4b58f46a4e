import fc from 'fast-check';
import { historyOf } from '../../../harness/history/builder.ts';
import type { EventInput } from '../../../harness/history/event.ts';
import { registersOf } from '../../session/registers.ts';
import { historyOfSteps, stepsArbitrary } from '../../session/testing/histories.ts';
import { plainOperations } from '../../session/testing/oracle.ts';
import { lagsOf } from '../lags.ts';

/** Compares the lag of every read with the definition over all pairs, on `count` random histories. */
export function fuzzStaleness(
  count: number,
  seed: number,
): { readonly fresh: number; readonly stale: number } {
  const tally = { fresh: 0, stale: 0 };
  const steps = stepsArbitrary({ operations: 10, sessions: 3, keys: 2, cas: false });
  fc.assert(
    fc.property(steps, (drawn) => {
      const events = historyOfSteps(drawn, false);
      const registers = registersOf(historyOf(events));
      const lags = lagsOf(registers);
      const found: string[] = [];
      for (let op = 0; op < registers.count; op++)
        if (lags.versions[op] >= 0) {
          found.push(`${registers.completed[op]}: ${lags.versions[op]} since ${lags.since[op]}`);
          tally[lags.versions[op] > 0 ? 'stale' : 'fresh']++;
        }
      const expected = byDefinition(events);
      if (found.sort().join() !== expected.sort().join())
        throw new Error(
          `found ${found.join(', ')}\nexpected ${expected.join(', ')}\n${JSON.stringify(events, null, 1)}`,
        );
    }),
    { numRuns: count, seed },
  );
  return tally;
}

function byDefinition(events: readonly EventInput[]): string[] {
  const all = plainOperations(events);
  return all.flatMap((read): string[] => {
    if (read.saw === undefined) return [];
    const onKey = all.filter((o) => o.key === read.key);
    const shown = onKey.filter((o) => o.saw === read.saw || o.wrote === read.saw);
    const effect = read.saw === null ? -1 : Math.min(...shown.map((o) => o.ret));
    const newer = onKey.filter((o) => o.wrote !== undefined && o.inv > effect && o.ret < read.inv);
    const since = newer.length === 0 ? -1 : Math.min(...newer.map((o) => o.ret));
    return [`${read.ret}: ${newer.length} since ${since}`];
  });
}
