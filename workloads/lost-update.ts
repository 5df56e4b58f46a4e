import { oldestKey, transactionsOf } from './transactions.ts';
import { defineWorkload } from './types.ts';

/**
 * What an application does to a counter when it computes the new value itself: read, then write what follows from it.
 * Two that read the same version lose one of the updates.
 */
export const lostUpdate = defineWorkload({
  name: 'lost-update',
  title: 'Transactions that read a register and then write it: lost updates',
  port: 'transaction',
  checkers: ['transactions'],
  main: (context) =>
    transactionsOf(context, ({ n, random }) => {
      const key = oldestKey(n) + random.below(context.keys);
      return [
        ['r', key, null],
        ['w', key, n + 1],
      ];
    }),
});
