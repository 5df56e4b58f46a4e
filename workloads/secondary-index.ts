import { fn } from '../harness/generator/operations.ts';
import { phases } from '../harness/generator/sequence.ts';
import { paced, readEach } from './parts.ts';
import { defineWorkload } from './types.ts';

const CITIES = ['athens', 'berlin', 'cairo', 'delhi'] as const;
/** For each key that is asked for, so many rows: a query finds some, but not all. */
const ROWS_A_KEY = 4;

/**
 * Rows that move from term to term, come and go, and queries of the index by term. Every written row is another one
 * (`v`), so that an entry tells which version of the row the index has. At the end each row is read before and after
 * the queries: what then does not agree will not agree any more.
 */
export const secondaryIndex = defineWorkload({
  name: 'secondary-index',
  title: 'Put, change and delete rows, query them by a secondary index: missing, phantom and stale entries',
  port: 'indexed',
  checkers: ['secondary-index'],
  main: (context) =>
    paced(
      context,
      fn(({ n, random }) => {
        const draw = random.below(20);
        if (draw < 5) return { f: 'find', value: ['city', random.pick(CITIES)] };
        const key = random.below(context.keys * ROWS_A_KEY);
        if (draw < 9) return { f: 'read', key };
        if (draw < 11) return { f: 'delete', key };
        return { f: 'write', key, value: { city: random.pick(CITIES), v: n + 1 } };
      }),
    ),
  final: (_context, keys) =>
    phases(
      readEach(keys, [undefined]),
      fn(({ n }) => (n < CITIES.length ? { f: 'find', value: ['city', CITIES[n]] } : null)),
      readEach(keys, [undefined]),
    ),
});
