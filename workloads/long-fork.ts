import type { Json } from '../harness/history/event.ts';
import { transactionsOf } from './transactions.ts';
import { defineWorkload } from './types.ts';

/** One write in so many transactions; the others read. */
const A_WRITE_IN = 3;

/**
 * Every key is written once, alone, while others read its whole group of `context.keys` keys: two readers that see two
 * writes in opposite orders have seen a long fork (Cerone et al.; Jepsen, tests/long_fork.clj). Readers look at the
 * newest group or the one before it, in any order.
 */
export const longFork = defineWorkload({
  name: 'long-fork',
  title: 'Single writes to fresh keys, reads of whole groups: writes seen in opposite orders',
  port: 'transaction',
  checkers: ['transactions', 'long-fork'],
  main: (context) =>
    transactionsOf(context, ({ n, random }) => {
      const newest = Math.floor(n / A_WRITE_IN);
      if (n % A_WRITE_IN === 0) return [['w', newest, n + 1]];
      const group = Math.max(0, Math.floor(newest / context.keys) - random.below(2));
      const keys = Array.from({ length: context.keys }, (_, i) => group * context.keys + i);
      return random.shuffle(keys).map((key): Json => ['r', key, null]);
    }),
});
