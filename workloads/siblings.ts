import { independentKeys } from '../harness/generator/keys.ts';
import { fn } from '../harness/generator/operations.ts';
import { limit } from '../harness/generator/sequence.ts';
import { paced, readEach } from './parts.ts';
import { defineWorkload } from './types.ts';

const OPERATIONS_A_KEY = 40;

/** Unique values; a write replaces what its session last read or wrote of the key, and nothing else. */
const operation = fn(({ n, random }) =>
  random.below(2) === 0 ? { f: 'read' } : { f: 'write', value: n + 1 },
);

export const siblings = defineWorkload({
  name: 'siblings',
  title: 'Write registers that keep concurrent values side by side, read every replica after quiescence',
  port: 'siblings',
  checkers: ['siblings'],
  main: (context) =>
    paced(
      context,
      independentKeys({ live: context.keys, operations: () => limit(OPERATIONS_A_KEY, operation) }),
    ),
  final: (context, keys) => readEach(keys, context.nodes),
});
