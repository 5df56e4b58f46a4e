import { fn } from '../harness/generator/operations.ts';
import { paced, readEach } from './parts.ts';
import { defineWorkload } from './types.ts';

/** The only counter. */
const KEY = 'counter';

/** Adds small amounts to one counter and reads it: an acknowledged amount that is lost stays lost to every later read. */
export const counter = defineWorkload({
  name: 'counter',
  title:
    'Add to a counter and read it: every read lies between what was certainly and what was possibly added',
  port: 'counter',
  checkers: ['counter'],
  main: (context) =>
    paced(
      context,
      fn((turn) =>
        turn.random.below(4) === 0
          ? { f: 'read', key: KEY }
          : { f: 'add', key: KEY, value: 1 + turn.random.below(5) },
      ),
    ),
  final: () => readEach([KEY, KEY, KEY], [undefined]),
});
