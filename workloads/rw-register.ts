import { randomTransactions } from './transactions.ts';
import { defineWorkload } from './types.ts';

/** Registers forget: what can be said of the order of their versions is inferred. For databases without lists. */
export const rwRegister = defineWorkload({
  name: 'rw-register',
  title: 'Transactions that write registers and read them: isolation anomalies, as far as reads tell',
  port: 'transaction',
  checkers: ['transactions'],
  main: (context) => randomTransactions(context, 'w'),
});
