import { witnessOf } from '../../fold.ts';
import type { Finding } from '../../types.ts';
import { eventOf, type Transactions } from '../micro.ts';
import { Words } from '../words.ts';
import { coreOf } from './core.ts';
import type { Isolation } from './events.ts';
import { decide, type Inferred } from './polygraph.ts';
import type { Unordered } from './orders.ts';

/** Transactions that are told one by one. */
const TOLD = 12;

const WHAT: Readonly<Record<Isolation, string>> = {
  serializable: 'no serial order',
  'repeatable-read': 'no serial order',
  'snapshot-isolation': 'no order of snapshots and commits',
  prefix: 'no order of commits and of snapshots of its prefixes',
};

const ORDERS = ['', ' that respects their sessions', ' that respects real time'] as const;

/** @param inferredOf what the checker knows of part of the history. `budget` of each search. */
export function orderFinding(
  inferred: Inferred,
  { name, isolation, level }: Unordered,
  inferredOf: (part: Transactions) => Inferred,
  budget: number,
): Finding {
  const { transactions } = inferred;
  const core = coreOf(
    inferred,
    (part) => decide(inferredOf(part), isolation, level, { left: budget }).holds === false,
  );
  const words = new Words(transactions);
  const what = `Whatever the order in which the writes took effect, there is ${WHAT[isolation]}${ORDERS[level]} in which`;
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
