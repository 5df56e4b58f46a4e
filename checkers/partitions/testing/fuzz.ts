import fc from 'fast-check';
import { historyOf } from '../../../harness/history/builder.ts';
import type { EventInput, Json } from '../../../harness/history/event.ts';
import { randomEvents, type Drawn } from '../../classics/testing/random-events.ts';
import type { Checker, Verdict } from '../../types.ts';
import { keyMovement } from '../key-movement.ts';
import { rebalance } from '../rebalance.ts';
import { movementByDefinition, rebalanceByDefinition } from './definitions.ts';

type Tally = Record<string, number>;

const drawn: fc.Arbitrary<Drawn[]> = fc.array(
  fc.record({
    process: fc.nat(2),
    f: fc.nat(3),
    type: fc.constantFrom<Drawn['type'][]>('ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'fail', 'info', 'open'),
    span: fc.nat(2),
    pick: fc.nat(7),
    other: fc.nat(11),
  }),
  { minLength: 3, maxLength: 8 },
);

/** Keys that mostly move forward from shard to shard, and reads that mostly show the last write; then final reads. */
function moving(steps: readonly Drawn[]): EventInput[] {
  const ask = ({ f, pick }: Drawn, serial: number) => {
    const key = pick < 6 ? 'k' : 'l';
    return f < 2 ? { f: 'write', key, value: serial + 1 } : { f: 'read', key, value: null };
  };
  const answer = (step: Drawn, begun: readonly EventInput[], own: EventInput): Json => {
    const writes = begun.filter((e) => e.f === 'write' && e.key === own.key);
    const back = step.other < 8 ? 1 : step.other - 6;
    const value = own.f === 'write' ? (own.value ?? null) : (writes.at(-back)?.value ?? null);
    const epoch = 1 + Math.floor(begun.length / 3) - (step.pick === 5 ? 1 : 0);
    return { value, epoch, shard: step.pick === 4 ? 's9' : `s${epoch}` };
  };
  const last: Drawn[] = [0, 1].map((i) => ({
    ...steps[steps.length - 1 - i],
    process: i,
    f: 3,
    type: 'ok',
    span: 0,
  }));
  const main = randomEvents(steps, ask, answer);
  const writes = main.filter((e) => e.type === 'invoke' && e.f === 'write');
  const final = randomEvents(last, ask, (step, _begun, own) => answer(step, writes, own));
  const quiet = { type: 'info', process: -1, f: 'phase', value: { phase: 'final' } } as const;
  // Clients of their own: those of the main phase may have operations open.
  const after = final.map((e) => ({ ...e, process: e.process + 1000 }));
  return [...main, quiet, ...after].map((e, time) => ({ ...e, time }));
}

const placing = fc.record({
  scheme: fc.constantFrom('modulo', 'ring', 'slots', 'fixed', 'range'),
  vnodes: fc.constantFrom(1, 8, 64),
  buckets: fc.constantFrom(16, 64, 16_384),
  weights: fc.constantFrom({}, { s1: 3 }, { s1: 2, s2: 3 }),
  places: fc.array(
    fc.record({
      step: fc.constantFrom(0, 1, 1, 1, 1, 2),
      kind: fc.constantFrom('members', 'members', 'members', 'split'),
      moving: fc.constantFrom(false, false, false, true),
      members: fc.subarray(['s1', 's2', 's3', 's4'], { minLength: 1 }),
      fresh: fc.nat(3),
      luck: fc.array(fc.nat(1000), { minLength: 24, maxLength: 24 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

/** Answers of a directory: keys that mostly stay where they are, if their owner does. */
function placed({
  places,
  ...about
}: typeof placing extends fc.Arbitrary<infer T> ? T : never): EventInput[] {
  let owners: string[] = [];
  let generation = 0;
  return places.flatMap(({ step, kind, moving: isMoving, members, fresh, luck }, i): EventInput[] => {
    generation += i === 0 ? 0 : step;
    owners = luck.map((draw, key) => {
      const stays = members.includes(owners[key]) && (fresh > 0 ? draw % 4 < 3 : draw % 2 === 0);
      return stays ? owners[key] : members[draw % members.length];
    });
    const letters = owners.map((owner) => 'abcdefgh'[members.indexOf(owner)]).join('');
    const value = {
      ...about,
      generation,
      kind: i === 0 ? 'first' : kind,
      moving: isMoving,
      members,
      owners: letters,
    };
    return (['invoke', 'ok'] as const).map((type) => ({
      type,
      process: 1,
      f: 'locate',
      time: 2 * i + (type === 'ok' ? 1 : 0),
      value: type === 'ok' ? (value as unknown as Json) : luck.length,
    }));
  });
}

/** The checkers of keys that move against their definitions. */
export async function fuzzPartitions(runs: number, seed: number): Promise<Tally> {
  const tally: Tally = {};
  await fc.assert(
    fc.asyncProperty(drawn, placing, async (steps, placement) => {
      await compare(rebalance, moving(steps), rebalanceByDefinition, tally);
      await compare(keyMovement, placed(placement), movementByDefinition, tally);
    }),
    { numRuns: runs, seed },
  );
  return tally;
}

const OWN = [
  'double-ownership',
  'lost-key',
  'moved-between-stayers',
  'movement-off-theory',
  'balance-off-theory',
];

/** A directory that never was at rest has said nothing. */
function isSaid({ checker, valid }: Verdict, expected: boolean): boolean {
  return valid === expected || (expected && valid === 'unknown' && checker === 'key-movement');
}

async function compare(
  checker: Checker,
  events: readonly EventInput[],
  definition: (events: readonly EventInput[]) => Set<string>,
  tally: Tally,
): Promise<void> {
  const history = historyOf(events);
  const verdict: Verdict = await checker.check(history, {});
  const { findings } = verdict;
  const told = (): string => events.map((e, i) => `${i} ${JSON.stringify(e)}`).join('\n');
  const nameOf = (name: string): string => (OWN.includes(name) ? name : 'not linearizable');
  const certain = findings.filter((finding) => finding.certain);
  const names = [...new Set(certain.map(({ name }) => nameOf(name)))].sort().join();
  const expected = [...definition(events)].sort().join();
  if (names !== expected || !isSaid(verdict, expected === '' && findings.length === 0))
    throw new Error(
      `${checker.name}: found ${names} (valid: ${verdict.valid}), by definition ${expected}\n${told()}\n${JSON.stringify(findings)}`,
    );
  if (names === '') tally[`${checker.name} clean`] = (tally[`${checker.name} clean`] ?? 0) + 1;
  for (const { name, witness } of certain) {
    tally[nameOf(name)] = (tally[nameOf(name)] ?? 0) + 1;
    // The witness alone, and that all was quiet from some moment on, is guilty of it still.
    const kept = new Set(witness.flatMap((i) => [i, history.pair[i]]));
    const alone = historyOf(events.filter((e, i) => kept.has(i) || e.process < 0));
    const again = await checker.check(alone, {});
    if (!again.findings.some((f) => nameOf(f.name) === nameOf(name)))
      throw new Error(`${checker.name}: the witness of ${name} proves nothing: ${witness.join()}\n${told()}`);
  }
}
