import { fn } from '../harness/generator/operations.ts';
import { paced, readEach } from './parts.ts';
import { defineWorkload } from './types.ts';

const COLUMNS = ['a', 'b', 'c', 'd'] as const;

/** Writes of several columns of a row, which may live on different shards, and reads of the whole row. */
export const tornRow = defineWorkload({
  name: 'torn-row',
  title: 'Write several columns of a row at once and read the row: does anybody see half of a write?',
  port: 'rows',
  checkers: ['torn-row'],
  main: (context) =>
    paced(
      context,
      fn(({ n, random }) => {
        const key = random.below(context.keys);
        if (random.below(2) === 0) return { f: 'read', key };
        const first = random.below(COLUMNS.length);
        const count = 2 + random.below(COLUMNS.length - 1);
        const touched = COLUMNS.map((_, i) => COLUMNS[(first + i) % COLUMNS.length]).slice(0, count);
        return { f: 'write', key, value: Object.fromEntries(touched.map((column) => [column, n + 1])) };
      }),
    ),
  final: (_context, keys) => readEach(keys, [undefined]),
});
