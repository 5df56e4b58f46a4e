import type { Json } from '../harness/history/event.ts';
import { transactionsOf } from './transactions.ts';
import { defineWorkload } from './types.ts';

/** After so many transactions a fresh key comes in: what a predicate can miss for sure is a first insertion. */
const TURNOVER = 2;
/** One key in so many is also deleted: whoever misses it may have read it before or after, which accuses nobody. */
const DELETED = 4;

/**
 * Reads by a predicate over all live keys, among writes that insert, change and delete them: what was not there counts
 * as much as what was. The keys are known to the checker, so that a row that a predicate missed is known too.
 */
export const predicate = defineWorkload({
  name: 'predicate',
  title: 'Transactions that read by a predicate, insert, change and delete: phantoms',
  port: 'transaction',
  checkers: ['transactions'],
  main: (context) =>
    transactionsOf(context, ({ n, random }) => {
      const most = context.transactionSize;
      const oldest = Math.floor(n / TURNOVER);
      const keys = Array.from({ length: context.keys }, (_, i) => oldest + i);
      // All or nothing: a row that its own transaction inserts and deletes was never there for anybody else.
      const deletes = random.below(2) === 0;
      return Array.from({ length: 1 + random.below(most) }, (_, i): Json => {
        const draw = random.below(8);
        if (draw < 3) return ['rp', { keys }, null];
        if (draw < 4) return ['rp', { keys, mod: 2, is: random.below(2) }, null];
        const key = random.pick(keys);
        return ['w', key, deletes && key % DELETED === 0 ? null : n * most + i + 1];
      });
    }),
});
