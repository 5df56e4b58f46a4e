// What the workloads of transactions are made of.
import { fn, type Turn } from '../harness/generator/operations.ts';
import type { Generator } from '../harness/generator/types.ts';
import type { Json } from '../harness/history/event.ts';
import { paced } from './parts.ts';
import type { WorkloadContext } from './types.ts';

/**
 * After so many transactions the oldest key retires and a new one comes in, so a key gets about 60 writes however
 * many are live: lists stay short, and no key's history spans the whole run.
 */
const TURNOVER = 50;

/** The oldest of the `context.keys` keys that are live when `n` transactions have begun. */
export function oldestKey(n: number): number {
  return Math.floor(n / TURNOVER);
}

/** Transactions, each as `make` says; the values it writes must be unique. */
export function transactionsOf(context: WorkloadContext, make: (turn: Turn) => Json[]): Generator {
  return paced(
    context,
    fn((turn) => ({ f: 'txn', value: make(turn) })),
  );
}

/** Random reads and writes, half and half, over a sliding window of `context.keys` keys; written values are unique. */
export function randomTransactions(context: WorkloadContext, write: 'append' | 'w'): Generator {
  const most = context.transactionSize;
  return transactionsOf(context, ({ n, random }) => {
    const size = 1 + random.below(most);
    const value: Json[] = [];
    for (let i = 0; i < size; i++) {
      const key = oldestKey(n) + random.below(context.keys);
      value.push(random.below(2) === 0 ? ['r', key, null] : [write, key, n * most + i + 1]);
    }
    return value;
  });
}
