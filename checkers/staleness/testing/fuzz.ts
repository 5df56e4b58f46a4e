import fc from 'fast-check';
import { historyOf } from '../../../harness/history/builder.ts';
import type { EventInput } from '../../../harness/history/event.ts';
import { registersOf } from '../../session/registers.ts';
import { historyOfSteps, stepsArbitrary } from '../../session/testing/histories.ts';
import { plainOperations } from '../../session/testing/oracle.ts';
import { spareIn } from '../../testing/minimal.ts';
import type { Finding, Verdict } from '../../types.ts';
import { lagsOf } from '../lags.ts';
import { staleness } from '../staleness.ts';

const MS = 1_000_000;
/** Bounds that many reads of ten operations break. */
const AGE = 2;
const BEHIND = 0;

/**
 * Compares the lag of every read with the definition over all pairs, on `count` random histories; the definition also
 * judges every witness alone, and without any one of its operations.
 */
export function fuzzStaleness(
  count: number,
  seed: number,
): { readonly valid: number; readonly fresh: number; readonly stale: number; readonly witnesses: number } {
  const tally = { valid: 0, fresh: 0, stale: 0, witnesses: 0 };
  const steps = stepsArbitrary({ operations: 10, sessions: 3, keys: 2, cas: false });
  fc.assert(
    fc.property(steps, (drawn) => {
      const events = historyOfSteps(drawn, false).map((e) => ({ ...e, time: e.time * MS }));
      const history = historyOf(events);
      const registers = registersOf(history);
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
      const assume = [`bounded-staleness:${AGE}`, `k-staleness:${BEHIND}`];
      const { findings } = staleness.check(history, { assume }) as Verdict;
      if (findings.length === 0) tally.valid++;
      for (const finding of findings) {
        tally.witnesses++;
        const kept = new Set(finding.witness.flatMap((i) => [i, history.pair[i]]));
        if (
          !isGuilty(
            finding,
            events.filter((_, i) => kept.has(i)),
          )
        )
          throw new Error(
            `witness proves nothing: ${finding.explanation}\n${JSON.stringify(events, null, 1)}`,
          );
        const spare = spareIn(events, finding.witness, (rest) => isGuilty(finding, rest));
        if (spare.length > 0)
          throw new Error(
            `the witness can do without ${spare.join()}: ${finding.explanation}\n${JSON.stringify(events, null, 1)}`,
          );
      }
    }),
    { numRuns: count, seed },
  );
  return tally;
}

function byDefinition(events: readonly EventInput[]): string[] {
  return lagging(events).map(({ read, newer, since }) => `${read}: ${newer} since ${since}`);
}

/** Does a history break the bound that a finding names? */
function isGuilty({ name }: Finding, events: readonly EventInput[]): boolean {
  return lagging(events).some(({ began, newer, since }) =>
    name === 'too-old'
      ? since >= 0 && events[began].time - events[since].time > AGE * MS
      : name === 'too-many-versions-behind' && newer > BEHIND,
  );
}

interface Lagging {
  readonly read: number;
  readonly began: number;
  readonly newer: number;
  readonly since: number;
}

function lagging(events: readonly EventInput[]): Lagging[] {
  const all = plainOperations(events);
  return all.flatMap((read): Lagging[] => {
    if (read.saw === undefined) return [];
    const onKey = all.filter((o) => o.key === read.key);
    const shown = onKey.filter((o) => o.saw === read.saw || o.wrote === read.saw);
    const effect = read.saw === null ? -1 : Math.min(...shown.map((o) => o.ret));
    const newer = onKey.filter((o) => o.wrote !== undefined && o.inv > effect && o.ret < read.inv);
    const since = newer.length === 0 ? -1 : Math.min(...newer.map((o) => o.ret));
    return [{ read: read.ret, began: read.inv, newer: newer.length, since }];
  });
}
