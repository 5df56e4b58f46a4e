import { fn } from '../harness/generator/operations.ts';
import { limit, sequence } from '../harness/generator/sequence.ts';
import { delay } from '../harness/generator/time.ts';
import { untilOk } from '../harness/generator/transform.ts';
import { MILLISECOND } from '../harness/runtime/types.ts';
import { paced } from './parts.ts';
import { defineWorkload } from './types.ts';

/** The final read is tried so often: one that never succeeds leaves the question open, and the verdict says so. */
const FINAL_TRIES = 50;

/**
 * Adds unique elements, then reads the whole set once all is quiet, and again at every node that holds a copy: what was
 * acknowledged must be there, and every copy must hold the same. Where reads go to a primary nobody would see a replica that lacks some.
 */
export const set = defineWorkload({
  name: 'set',
  title: 'Add unique elements, read the whole set at the end: counts lost acknowledged writes',
  port: 'set',
  checkers: ['set'],
  model: 'set',
  main: (context) =>
    paced(
      context,
      // Now and then a read on the way: an element seen and later gone was lost after it was visible.
      fn((turn) => (turn.random.below(50) === 0 ? { f: 'read' } : { f: 'add', value: turn.n })),
    ),
  final: ({ copies }) =>
    sequence(
      untilOk(
        limit(
          FINAL_TRIES,
          delay(
            200 * MILLISECOND,
            fn(() => ({ f: 'read' })),
          ),
        ),
      ),
      fn((turn) => (turn.n < copies.length ? { f: 'read', node: copies[turn.n] } : null)),
    ),
});
