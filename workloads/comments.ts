import { independentKeys } from '../harness/generator/keys.ts';
import { fn } from '../harness/generator/operations.ts';
import { limit } from '../harness/generator/sequence.ts';
import { paced } from './parts.ts';
import { defineWorkload } from './types.ts';

/** A set lives so long: long enough for many reads, short enough that they stay small. */
const OPERATIONS_A_SET = 200;

/** Adds one after the other, and reads: whoever sees a comment sees those that had been made before it was. */
export const comments = defineWorkload({
  name: 'comments',
  title: 'Add unique elements to sets and read them: is a later one seen without an earlier one?',
  port: 'set',
  checkers: ['causal-reverse'],
  main: (context) =>
    paced(
      context,
      independentKeys({
        live: context.keys,
        operations: () =>
          limit(
            OPERATIONS_A_SET,
            fn((turn) => (turn.random.below(2) === 0 ? { f: 'read' } : { f: 'add', value: turn.n })),
          ),
      }),
    ),
});
