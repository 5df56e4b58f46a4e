import fc from 'fast-check';
import { historyOf } from '../../../harness/history/builder.ts';
import type { EventInput } from '../../../harness/history/event.ts';
import { bruteForce, queueSpecification } from '../../linearizability/testing/oracle.ts';
import type { Checker, Finding, Verdict } from '../../types.ts';
import { fifoQueue } from '../fifo-queue.ts';
import type { Classic } from './definitions.ts';
import { randomEvents, type Drawn } from './random-events.ts';
import { spareIn } from '../../testing/minimal.ts';

type Tally = Record<string, number>;

function certain(checker: Checker, events: readonly EventInput[]): Finding[] {
  return (checker.check(historyOf(events), {}) as Verdict).findings.filter((f) => f.certain);
}

function complain(what: string, events: readonly EventInput[], found: readonly Finding[]): never {
  throw new Error(
    `${what}\n${events.map((e, i) => `${i} ${JSON.stringify(e)}`).join('\n')}\n${JSON.stringify(found)}`,
  );
}

/** The operations of a finding's witness, as a history. */
function aloneIn(events: readonly EventInput[], finding: Finding): EventInput[] {
  const { pair } = historyOf(events);
  const kept = new Set(finding.witness.flatMap((i) => [i, pair[i]]));
  return events.filter((_, i) => kept.has(i));
}

/** A certain finding's witness alone, as a history, is still guilty of it. */
function witnessesStand(checker: Checker, events: readonly EventInput[], found: readonly Finding[]): void {
  for (const finding of found) {
    const alone = aloneIn(events, finding);
    // What the search found may, alone, have a name.
    const alike = (f: Finding): boolean => f.name === finding.name || finding.name === 'non-linearizable';
    if (!certain(checker, alone).some(alike)) complain('witness proves nothing', alone, [finding]);
  }
}

/**
 * What was lost is shown with its last sight and with what may have taken it, which its proof does not need; and of how
 * often something went into a queue, nothing can be left out of the count.
 */
function mayGo({ f }: EventInput, { name }: Finding): boolean {
  if (name === 'lost-element') return false;
  if (name === 'duplicate-delivery') return f !== 'enqueue';
  return name !== 'lost-acknowledged-write' || f === 'add';
}

const drawn: fc.Arbitrary<Drawn[]> = fc.array(
  fc.record({
    process: fc.nat(2),
    f: fc.nat(3),
    type: fc.constantFrom<Drawn['type'][]>('ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'fail', 'info', 'open'),
    span: fc.nat(2),
    pick: fc.nat(7),
    other: fc.nat(7),
  }),
  // Short ones are mostly valid.
  { minLength: 6, maxLength: 9 },
);

/** Queues with unique elements against a search for a legal order. */
export function fuzzQueues(runs: number, seed: number): Tally {
  const tally: Tally = { valid: 0 };
  fc.assert(
    fc.property(drawn, (steps) => {
      const out: number[] = [];
      const events = randomEvents(
        steps.filter((s) => s.f < 2 || s.type === 'ok'),
        // Now and then an element goes in twice.
        (step, i) =>
          step.f % 2 === 0
            ? { f: 'enqueue', value: step.pick === 6 && step.other === 7 ? 1 : i + 1 }
            : { f: 'dequeue', value: null },
        (step, begun, own) => {
          if (own.f === 'enqueue') return own.value ?? null;
          // Mostly what a queue would give: the oldest that is not out.
          const inside = begun.filter((e) => e.f === 'enqueue').map((e) => e.value as number);
          const left = inside.filter((v) => !out.includes(v));
          const saw =
            step.pick === 0 || step.pick === 7
              ? (inside[step.other] ?? null)
              : step.pick < 5
                ? (left[1] ?? null)
                : (left[0] ?? null);
          if (saw !== null) out.push(saw);
          return saw;
        },
      );
      const found = certain(fifoQueue, events);
      const expected = bruteForce(historyOf(events), queueSpecification, []);
      if (found.length > 0 && expected) complain('fifo-queue: false alarm', events, found);
      if (found.length === 0 && !expected) complain('fifo-queue: missed', events, found);
      if (expected) tally.valid++;
      for (const { name } of found) tally[name] = (tally[name] ?? 0) + 1;
      witnessesStand(fifoQueue, events, found);
      for (const finding of found) {
        // What nobody enqueued is looked up in the whole history, of which brute force has judged that.
        const proves = (rest: readonly EventInput[]): boolean =>
          !bruteForce(historyOf(rest), queueSpecification, []);
        if (!proves(aloneIn(events, finding)))
          complain('fifo-queue: the witness has a legal order', events, [finding]);
        // What came out cannot be taken out of the story alone, and what the search found is small in its own way.
        const mayGo = ({ f }: EventInput): boolean =>
          f === 'enqueue' && ['queue-order', 'false-empty'].includes(finding.name);
        // What is left may be wrong in another way.
        const alike = (rest: readonly EventInput[]): boolean =>
          certain(fifoQueue, rest).some(({ name }) => name === finding.name);
        if (spareIn(events, finding.witness, alike, mayGo).length > 0)
          complain('fifo-queue: the witness is not minimal', events, [finding]);
      }
    }),
    { numRuns: runs, seed },
  );
  return tally;
}

/**
 * Checkers against their definitions over all pairs and triples of operations. The definition also judges every witness
 * alone: it must still be guilty.
 */
export function fuzzAgainst(all: readonly Classic[], runs: number, seed: number): Tally {
  const tally: Tally = {};
  const count = (name: string): number => (tally[name] = (tally[name] ?? 0) + 1);
  fc.assert(
    fc.property(drawn, (steps) => {
      for (const { checker, ask, answer, definition, standsAlone } of all) {
        const events = randomEvents(steps, ask, answer);
        const found = certain(checker, events);
        const names = [...new Set(found.map((f) => f.name))].sort();
        const expected = [...definition(events)].sort();
        if (names.join() !== expected.join())
          complain(`${checker.name}: expected ${expected.join()}`, events, found);
        if (names.length === 0) count(`${checker.name} valid`);
        for (const name of names) count(name);
        if (standsAlone === false) continue;
        witnessesStand(checker, events, found);
        for (const finding of found) {
          const proves = (rest: readonly EventInput[]): boolean => definition(rest).has(finding.name);
          if (!proves(aloneIn(events, finding)))
            complain(`${checker.name}: by definition the witness proves nothing`, events, [finding]);
          if (spareIn(events, finding.witness, proves, (event) => mayGo(event, finding)).length > 0)
            complain(`${checker.name}: the witness is not minimal`, events, [finding]);
        }
      }
    }),
    { numRuns: runs, seed },
  );
  return tally;
}
