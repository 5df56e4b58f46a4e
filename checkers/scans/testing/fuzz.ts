import fc from 'fast-check';
import { historyOf } from '../../../harness/history/builder.ts';
import type { EventInput, Json } from '../../../harness/history/event.ts';
import { randomEvents, type Asked, type Drawn } from '../../classics/testing/random-events.ts';
import type { Checker, Verdict } from '../../types.ts';
import { rangeScan } from '../range-scan.ts';
import { secondaryIndex } from '../secondary-index.ts';
import { tornRow } from '../torn-row.ts';
import { indexByDefinition, scansByDefinition, tornByDefinition } from './definitions.ts';

interface Subject {
  readonly checker: Checker;
  readonly ask: (step: Drawn, serial: number) => Asked;
  readonly answer: (step: Drawn, begun: readonly EventInput[], own: EventInput) => Json;
  readonly definition: (events: readonly EventInput[]) => Set<string>;
  /** What comes after all else, given the last step. */
  readonly end?: (last: Drawn) => readonly Drawn[];
}

const isChange = (e: EventInput): boolean => e.f === 'write' || e.f === 'delete';
const rowOf = (e: EventInput | undefined): Json =>
  e === undefined || e.f === 'delete' ? null : (e.value ?? null);

/** Of the changes of a key begun so far, mostly the last, sometimes one before it. */
function versionAt(begun: readonly EventInput[], key: Json, luck: number): Json {
  const changes = begun.filter((e) => isChange(e) && e.key === key);
  return rowOf(changes.at(luck < 5 ? -1 : luck < 7 ? -2 : -3));
}

const KEYS = [1, 2];
const keyOf = (pick: number): number => (pick < 6 ? 1 : 2);

const index: Subject = {
  checker: secondaryIndex,
  definition: indexByDefinition,
  end: (last) => {
    const read: Drawn = { process: 0, f: 2, type: 'ok', span: 0, pick: 0, other: 0 };
    return [read, { ...last, process: 0, f: 3, type: 'ok', span: 0 }, read];
  },
  ask: ({ f, pick, other }, serial) => {
    const key = keyOf(pick);
    if (f === 3) return { f: 'find', value: ['t', other % 2] };
    if (f === 2) return { f: 'read', key, value: null };
    if (f === 1 && other > 3) return { f: 'delete', key, value: null };
    return { f: 'write', key, value: { t: other % 2, v: serial } };
  },
  answer: (step, begun, own) => {
    if (own.f === 'read') return versionAt(begun, own.key ?? null, step.other);
    if (own.f !== 'find') return own.value ?? null;
    const term = (own.value as Json[])[1];
    const entries = KEYS.flatMap((key, i): Json[] => {
      const row = versionAt(begun, key, i === 0 ? step.pick : step.other);
      const held = row === null ? null : (row as { t: Json }).t;
      const tells = step.span === 2 ? null : row;
      return held === term || (step.pick === 5 && row !== null) ? [[key, tells]] : [];
    });
    return step.pick === 4 && step.other === 4 ? [...entries, ...entries] : entries;
  },
};

const scans: Subject = {
  checker: rangeScan,
  definition: scansByDefinition,
  ask: ({ f, pick, other }, serial) => {
    const key = keyOf(pick);
    if (f === 3) return { f: 'scan', value: [other === 0 ? 2 : 0, 3] };
    if (f === 2 && other > 5) return { f: 'read', key, value: null };
    if (f === 1) return { f: 'delete', key, value: null };
    return { f: 'write', key, value: serial };
  },
  answer: (step, begun, own) => {
    if (own.f === 'read') return versionAt(begun, own.key ?? null, step.pick);
    if (own.f !== 'scan') return own.value ?? null;
    const shown = KEYS.filter((key) => key === 2 || step.other > 0).flatMap((key, i): Json[] => {
      const value = versionAt(begun, key, i === 0 ? step.pick : step.other);
      return value === null ? [] : [[key, value]];
    });
    if (step.pick === 4) return [...shown].reverse();
    return step.pick === 3 ? [...shown, ...shown.slice(0, 1)] : shown;
  },
};

const COLUMNS = ['a', 'b', 'c'] as const;

const rows: Subject = {
  checker: tornRow,
  definition: tornByDefinition,
  ask: ({ f, pick }, serial) => {
    if (f === 3) return { f: 'read', value: null };
    const columns = COLUMNS.filter((_, i) => ((pick % 7) + 1) & (1 << i));
    return { f: 'write', value: Object.fromEntries(columns.map((c) => [c, serial + 1])) };
  },
  answer: (step, begun, own) => {
    if (own.f !== 'read') return own.value ?? null;
    const writes = begun.filter((e) => e.f === 'write').map((e) => e.value as { readonly [c: string]: Json });
    const shown = COLUMNS.flatMap((c, i): [string, Json][] => {
      const of = writes.filter((w) => c in w).map((w) => w[c]);
      // Each column by itself, so that some are of other moments than the rest.
      const back = (step.pick >> i) & 1 ? (step.other % 3) + 1 : 1;
      const value = of.at(-back);
      return value === undefined ? [] : [[c, value]];
    });
    return shown.length === 0 ? null : Object.fromEntries(shown);
  },
};

const drawn: fc.Arbitrary<Drawn[]> = fc.array(
  fc.record({
    process: fc.nat(2),
    f: fc.nat(3),
    type: fc.constantFrom<Drawn['type'][]>('ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'fail', 'info', 'open'),
    span: fc.nat(2),
    pick: fc.nat(7),
    other: fc.nat(7),
  }),
  { minLength: 4, maxLength: 10 },
);

type Tally = Record<string, number>;

/** Secondary indexes, range scans and torn rows against searches over all orders of small histories. */
export function fuzzScans(runs: number, seed: number): Tally {
  const tally: Tally = {};
  fc.assert(
    fc.property(drawn, (steps) => {
      for (const subject of [index, scans, rows]) compare(subject, steps, tally);
    }),
    { numRuns: runs, seed },
  );
  return tally;
}

function compare(
  { checker, ask, answer, definition, end }: Subject,
  steps: readonly Drawn[],
  tally: Tally,
): void {
  const events = randomEvents([...steps, ...(end?.(steps.at(-1)!) ?? [])], ask, answer);
  const history = historyOf(events);
  const { findings } = checker.check(history, {}) as Verdict;
  const told = (): string => events.map((e, i) => `${i} ${JSON.stringify(e)}`).join('\n');
  const names = [...new Set(findings.map((f) => f.name))].sort().join();
  const expected = [...definition(events)].sort().join();
  if (names !== expected)
    throw new Error(
      `${checker.name}: found ${names}, by definition ${expected}\n${told()}\n${JSON.stringify(findings)}`,
    );
  if (findings.length === 0) tally[`${checker.name} clean`] = (tally[`${checker.name} clean`] ?? 0) + 1;
  for (const { name, witness } of findings) {
    tally[name] = (tally[name] ?? 0) + 1;
    // The witness alone is guilty of it still.
    const kept = new Set(witness.flatMap((i) => [i, history.pair[i]]));
    const alone = historyOf(events.filter((_, i) => kept.has(i)));
    const again = (checker.check(alone, {}) as Verdict).findings;
    if (!again.some((f) => f.name === name))
      throw new Error(`${checker.name}: the witness of ${name} proves nothing: ${witness.join()}\n${told()}`);
  }
}
