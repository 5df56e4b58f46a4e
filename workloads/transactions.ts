// What the workloads of random transactions are made of.
import { fn } from '../harness/generator/operations.ts';
import type { Generator } from '../harness/generator/types.ts';
import type { Json } from '../harness/history/event.ts';
import { paced } from './parts.ts';
import type { WorkloadContext } from './types.ts';

/** Micro-operations of a transaction: 1 … this, all equally likely. */
const MOST = 4;
/**
 * After so many transactions the oldest key retires and a new one comes in, so a key gets about 60 writes however
 * many are live: lists stay short, and no key's history spans the whole run.
 */
const TURNOVER = 50;

/** Random reads and writes, half and half, over a sliding window of `context.keys` keys; written values are unique. */
export function randomTransactions(context: WorkloadContext, write: 'append' | 'w'): Generator {
  return paced(
    context,
    fn(({ n, random }) => {
      const oldest = Math.floor(n / TURNOVER);
      const size = 1 + random.below(MOST);
      const value: Json[] = [];
      for (let i = 0; i < size; i++) {
        const key = oldest + random.below(context.keys);
        value.push(random.below(2) === 0 ? ['r', key, null] : [write, key, n * MOST + i + 1]);
      }
      return { f: 'txn', value };
    }),
  );
}
