import { randomTransactions } from './transactions.ts';
import { defineWorkload } from './types.ts';

/** Lists remember the order of their writes, so that a read tells which versions came before it. */
export const listAppend = defineWorkload({
  name: 'list-append',
  title: 'Transactions that append to lists and read them: isolation anomalies, by name',
  port: 'transaction',
  checkers: ['transactions'],
  main: (context) => randomTransactions(context, 'append'),
});
