import fc from 'fast-check';
import type { EventInput } from '../../../harness/history/event.ts';
import { historyOf } from '../../../harness/history/builder.ts';
import { SIMULATIONS } from '../../linearizability/testing/fuzz.ts';
import { simulate } from '../../linearizability/testing/simulate.ts';
import { historyOfSteps, type Step } from '../../session/testing/histories.ts';
import type { Verdict } from '../../types.ts';
import { regular } from '../regular.ts';
import { regularWriteOrder } from '../write-order.ts';
import { regularity } from './oracle.ts';
import { spareIn } from '../../testing/minimal.ts';

/** Writes that overlap, then reads that may disagree on their order. */
const disputes = fc
  .tuple(
    fc.array(fc.nat(3), { minLength: 2, maxLength: 3 }),
    fc.array(fc.nat(4), { minLength: 2, maxLength: 4 }),
  )
  .map(([writes, reads]): Step[] => [
    ...writes.map((span, session): Step => ({ session, key: 0, f: 'write', type: 'ok', span, pick: 0 })),
    ...reads.map((pick, i): Step => ({
      session: 5 + (i % 2),
      key: 0,
      f: 'read',
      type: 'ok',
      span: pick & 1,
      pick,
    })),
  ]);

export interface RegularTally {
  readonly runs: number;
  safe: number;
  weak: number;
  ordered: number;
}

/** Holds safe, regular and regular-write-order against their definitions. @throws with the seed on a disagreement */
export function fuzzRegular(runs: number, seed: number): RegularTally {
  const tally = { runs, safe: 0, weak: 0, ordered: 0 };
  const tape = fc.array(fc.nat(4095), { minLength: 64, maxLength: 64 });
  const nearMiss = fc.tuple(tape, fc.boolean()).map(([rolls, unique]) => {
    const simulation = SIMULATIONS[unique ? 'register, unique values' : 'register, three values'];
    return simulate({ ...simulation, keys: 1 }, rolls);
  });
  const disputed = disputes.map((steps) => historyOfSteps(steps, false));
  fc.assert(
    fc.property(fc.oneof({ weight: 3, arbitrary: nearMiss }, disputed), (events) => {
      if (events.filter((e) => e.type === 'invoke' && e.f === 'write').length > 5) return;
      const history = historyOf(events);
      const expected = regularity(events, null);
      const weak = regular.check(history, {}) as Verdict;
      const order = regularWriteOrder.check(history, {}) as Verdict;
      const isSafe = weak.findings.every(({ name }) => name !== 'unsafe-read');
      const isOrdered = weak.findings.length === 0 && order.findings.length === 0;
      const repeats = order.reason?.startsWith('a value was written twice') ?? false;
      if (isSafe !== expected.safe || (weak.findings.length === 0) !== expected.weak)
        throw new Error(`${JSON.stringify({ expected, weak, events }, null, 1)}`);
      if (!repeats && isOrdered !== expected.ordered)
        throw new Error(`${JSON.stringify({ expected, order, events }, null, 1)}`);
      for (const name of ['safe', 'weak', 'ordered'] as const) if (expected[name]) tally[name]++;
      for (const { name, witness } of [...weak.findings, ...order.findings]) {
        // What nobody wrote is wrong for what the witness lacks: then the witness with all writes.
        const others = name === 'thin-air-read' || name === 'failed-write-visible';
        const alone = regularity(
          events.filter((e, i) => witness.includes(i) || (others && e.f === 'write')),
          null,
        );
        if (
          name === 'write-order-inversion' ? alone.ordered : name === 'unsafe-read' ? alone.safe : alone.weak
        )
          throw new Error(`the witness of ${name} proves nothing: ${JSON.stringify(events, null, 1)}`);
        const proves = (rest: readonly EventInput[]): boolean => {
          const { safe, weak: isWeak, ordered } = regularity(rest, null);
          // What is not even regular has no order either: that is another finding.
          if (name === 'write-order-inversion') return isWeak && !ordered;
          return name === 'unsafe-read' ? !safe : !isWeak;
        };
        if (!others && spareIn(events, witness, proves).length > 0)
          throw new Error(`the witness of ${name} is not minimal: ${JSON.stringify(events, null, 1)}`);
      }
    }),
    { numRuns: runs, seed },
  );
  return tally;
}
