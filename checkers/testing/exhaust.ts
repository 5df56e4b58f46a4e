import { historyOf } from '../../harness/history/builder.ts';
import type { EventInput } from '../../harness/history/event.ts';
import { causalOracle } from '../causal/testing/oracle.ts';
import { bruteForce, registerSpecification } from '../linearizability/testing/oracle.ts';
import { regularity } from '../regular/testing/oracle.ts';
import { isSequential } from '../sequential/testing/oracle.ts';
import { refutesMonotonicReads, refutesReadYourWrites } from '../session/testing/oracle.ts';
import { everyHistory, type Bound, type Shard } from './every-history.ts';
import { assertLaws, assertReadsOnlyAccuse, hasImpossibleRead, kept, type Kept } from './laws.ts';

/** How many histories there were, and how many keep each model. */
export type ExhaustTally = { histories: number } & { -readonly [model in keyof Kept]: number };

/**
 * Judges every history within a bound (see `every-history.ts`) and compares each verdict with brute force over the
 * model's definition, and with the laws that the models obey among each other.
 * @throws on the first disagreement, with the history
 */
export function exhaustRegisters(bound: Bound, shard?: Shard): ExhaustTally {
  const tally: ExhaustTally = {
    histories: 0,
    linearizable: 0,
    sequential: 0,
    ordered: 0,
    regular: 0,
    safe: 0,
    causalConvergent: 0,
    causal: 0,
    readYourWrites: 0,
    monotonicReads: 0,
  };
  for (const events of everyHistory(bound, shard)) {
    const found = kept(events);
    compare(events, found, expectedOf(events));
    assertLaws(events, found);
    if (bound.operations <= 3) assertReadsOnlyAccuse(events, found);
    tally.histories++;
    for (const model of Object.keys(found) as (keyof Kept)[]) if (found[model]) tally[model]++;
  }
  return tally;
}

/** By brute force. What reads return the impossible is judged by the models that speak of it alone. */
function expectedOf(events: readonly EventInput[]): Partial<Kept> {
  const { safe, weak, ordered } = regularity(events, null);
  const always = {
    linearizable: bruteForce(historyOf(events), registerSpecification, null),
    sequential: isSequential(events, registerSpecification, null),
    safe,
    regular: weak,
    ordered: weak && ordered,
  };
  if (hasImpossibleRead(events)) return always;
  const { cc, ccv } = causalOracle(events);
  return {
    ...always,
    causal: cc,
    causalConvergent: ccv,
    readYourWrites: !refutesReadYourWrites(events, false),
    monotonicReads: !refutesMonotonicReads(events, false),
  };
}

function compare(events: readonly EventInput[], found: Kept, expected: Partial<Kept>): void {
  for (const model of Object.keys(expected) as (keyof Kept)[])
    if (found[model] !== expected[model])
      throw new Error(
        `${model}: ${found[model]}, but by definition ${expected[model]}:\n${events.map((e) => JSON.stringify(e)).join('\n')}`,
      );
}
