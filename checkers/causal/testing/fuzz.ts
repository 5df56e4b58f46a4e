import fc from 'fast-check';
import { historyOf } from '../../../harness/history/builder.ts';
import { historyOfSteps, stepsArbitrary, type Step } from '../../session/testing/histories.ts';
import type { EventInput } from '../../../harness/history/event.ts';
import type { Checker, Finding, Verdict } from '../../types.ts';
import { causal } from '../causal.ts';
import { causalMemory, pram } from '../memory.ts';
import { causalOracle } from './oracle.ts';
import { viewsOracle } from './views-oracle.ts';
import { spareIn } from '../../testing/minimal.ts';

const ok = { key: 0, type: 'ok' as const, span: 0 };

/** Concurrent writes of one key by two sessions, then two others that read them in any order. */
const disputes: fc.Arbitrary<Step[]> = fc
  .array(fc.record({ session: fc.constantFrom(2, 3), pick: fc.nat(1) }), { minLength: 3, maxLength: 7 })
  .map((reads) => [
    { ...ok, session: 0, f: 'write', pick: 0 },
    { ...ok, session: 1, f: 'write', pick: 0 },
    ...reads.map((read): Step => ({ ...ok, ...read, f: 'read' })),
  ]);

/** @throws when a witness alone proves nothing, or would without one of its operations */
function standsAndIsMinimal(
  events: readonly EventInput[],
  kept: ReadonlySet<number>,
  { name, witness, explanation }: Finding,
  checker: Checker,
  proves: (part: readonly EventInput[]) => boolean,
): void {
  const told = `${explanation}\n${JSON.stringify(events, null, 1)}`;
  if (!proves(events.filter((_, i) => kept.has(i)))) throw new Error(`witness proves nothing: ${told}`);
  // What is left may be wrong in another way.
  const alike = (part: readonly EventInput[]): boolean =>
    (checker.check(historyOf(part), {}) as Verdict).findings.some((other) => other.name === name);
  const spare = spareIn(events, witness, alike);
  if (spare.length > 0) throw new Error(`witness can do without ${spare.join()}: ${told}`);
}

/** Compares CC and CCv with the axioms on `count` random histories, and every witness on its own. The tally by anomaly. */
export function fuzzCausal(count: number, seed: number): Record<string, number> {
  const tally: Record<string, number> = { valid: 0 };
  const shape = fc.record({
    keys: fc.constantFrom(1, 1, 2),
    sessions: fc.constantFrom(2, 3, 4),
    cas: fc.boolean(),
  });
  const mixed = shape.chain((s) => stepsArbitrary({ ...s, operations: 12 }));
  const input = fc.tuple(fc.oneof(mixed, disputes), fc.boolean());
  fc.assert(
    fc.property(input, ([steps, tokens]) => {
      const events = historyOfSteps(steps, tokens);
      if (events.filter((e) => e.type === 'invoke' && e.f !== 'read').length > 5) return;
      const history = historyOf(events);
      const { findings } = causal.check(history, {}) as Verdict;
      const expected = causalOracle(events);
      const ccv = findings.length === 0;
      const cc = findings.every((f) => f.name === 'cyclic-cf');
      if (cc !== expected.cc || ccv !== expected.ccv)
        throw new Error(
          `found cc ${cc} ccv ${ccv}\nexpected ${JSON.stringify(expected)}\n${JSON.stringify(events, null, 1)}`,
        );
      if (ccv) tally.valid++;
      for (const finding of findings) {
        tally[finding.name] = (tally[finding.name] ?? 0) + 1;
        const kept = new Set(finding.witness.flatMap((i) => [i, history.pair[i]]));
        const proves = (part: readonly EventInput[]): boolean => {
          const alone = causalOracle(part);
          return finding.name === 'cyclic-cf' ? !alone.ccv : !alone.cc;
        };
        standsAndIsMinimal(events, kept, finding, causal, proves);
      }
    }),
    { numRuns: count, seed },
  );
  return tally;
}

/** One session answers what another wrote; a third reads the answer, then the question. */
const relays: fc.Arbitrary<Step[]> = fc
  .array(fc.nat(2), { minLength: 4, maxLength: 4 })
  .map((picks): Step[] => [
    { ...ok, session: 0, f: 'write', pick: 0 },
    { ...ok, session: 1, f: 'read', pick: picks[0] },
    { ...ok, session: 1, key: 1, f: 'write', pick: 0 },
    { ...ok, session: 2, key: 1, f: 'read', pick: picks[1] },
    { ...ok, session: 2, f: 'read', pick: picks[2] },
    { ...ok, session: 2, f: 'read', pick: picks[3] },
  ]);

/** Compares causal memory and PRAM with their definitions on `runs` random histories, and every witness on its own. */
export function fuzzViews(runs: number, seed: number): { runs: number; cm: number; pram: number } {
  const tally = { runs, cm: 0, pram: 0 };
  const mixed = fc
    .record({ keys: fc.constantFrom(1, 1, 2), sessions: fc.constantFrom(2, 3, 4), cas: fc.constant(false) })
    .chain((s) => stepsArbitrary({ ...s, operations: 9 }));
  fc.assert(
    fc.property(fc.oneof(mixed, disputes, relays), fc.boolean(), (steps, tokens) => {
      const events = historyOfSteps(steps, tokens);
      if (events.filter((e) => e.type === 'invoke' && e.f !== 'read').length > 5) return;
      const history = historyOf(events);
      const expected = viewsOracle(events);
      for (const [checker, model] of [
        [causalMemory, 'cm'],
        [pram, 'pram'],
      ] as const) {
        const { findings } = checker.check(history, {}) as Verdict;
        if ((findings.length === 0) !== expected[model])
          throw new Error(
            `${model} is ${expected[model]}, found ${JSON.stringify(findings)}\n${JSON.stringify(events, null, 1)}`,
          );
        if (expected[model]) tally[model]++;
        for (const finding of findings) {
          const kept = new Set(finding.witness.flatMap((i) => [i, history.pair[i]]));
          standsAndIsMinimal(events, kept, finding, checker, (part) => !viewsOracle(part)[model]);
        }
      }
    }),
    { numRuns: runs, seed },
  );
  return tally;
}
