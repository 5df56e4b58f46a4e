import { fn } from '../harness/generator/operations.ts';
import { paced } from './parts.ts';
import { set } from './set.ts';
import { defineWorkload } from './types.ts';

/** Adds unique elements and reads the whole set all the while: how soon is an element there, and does it stay? */
export const setFull = defineWorkload({
  name: 'set-full',
  title: 'Add unique elements, read the whole set all the while: stale, lost and never read, with latencies',
  port: 'set',
  checkers: ['set-full', 'set'],
  model: 'set',
  main: (context) =>
    paced(
      context,
      fn((turn) => (turn.random.below(4) === 0 ? { f: 'read' } : { f: 'add', value: turn.n })),
    ),
  final: set.final!,
});
