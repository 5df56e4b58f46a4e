import type { Json } from '../harness/history/event.ts';
import { oldestKey, transactionsOf } from './transactions.ts';
import { defineWorkload } from './types.ts';

/**
 * A constraint over two rows (two doctors, one of whom must be on call): each transaction reads both rows and writes
 * one. Two that saw the same and wrote one row each have broken what both of them checked. Rows are lists, so that
 * the order of their versions is known.
 */
export const writeSkew = defineWorkload({
  name: 'write-skew',
  title: 'Transactions that read two rows and write one of them: write skew',
  port: 'transaction',
  checkers: ['transactions'],
  main: (context) =>
    transactionsOf(context, ({ n, random }) => {
      const pair = 2 * (oldestKey(n) + random.below(context.keys));
      const rows = [pair, pair + 1];
      const reads = rows.map((row): Json => ['r', row, null]);
      return [...reads, ['append', random.pick(rows), n + 1]];
    }),
});
