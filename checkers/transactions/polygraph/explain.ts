import { witnessOf } from '../../fold.ts';
import type { Finding } from '../../types.ts';
import { eventOf, type Transactions } from '../micro.ts';
import { Words } from '../words.ts';
import { coreOf } from './core.ts';
import type { Inferred } from './polygraph.ts';
import type { Unordered } from './orders.ts';

/** Transactions that are told one by one. */
const TOLD = 12;

/** @param inferredOf what the checker knows of part of the history. `budget` of each search. */
export function orderFinding(
  inferred: Inferred,
  { name, claim, decide }: Unordered,
  inferredOf: (part: Transactions) => Inferred,
  budget: number,
): Finding {
  const { transactions } = inferred;
  const core = coreOf(inferred, (part) => decide(inferredOf(part), { left: budget }).holds === false);
  const words = new Words(transactions);
  const what = `Whatever the order in which the writes took effect, ${claim}`;
  if (core === null)
    return {
      name,
      certain: true,
      witness: [],
      explanation: `${what} all ${transactions.count} transactions read what they did.`,
    };
  const told = core.slice(0, TOLD).map((t) => `#${eventOf(transactions, t)} (${words.line(t)})`);
  const rest = core.length > TOLD ? ` and ${core.length - TOLD} more` : '';
  return {
    name,
    certain: true,
    witness: witnessOf(...core.map((t) => eventOf(transactions, t))),
    explanation: `${what} these read what they did: ${told.join(', ')}${rest}.`,
    evidence: { transactions: core.map((t) => words.transaction(t)) },
  };
}
