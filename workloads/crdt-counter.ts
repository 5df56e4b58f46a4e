import { independentKeys } from '../harness/generator/keys.ts';
import { fn } from '../harness/generator/operations.ts';
import { limit } from '../harness/generator/sequence.ts';
import { paced, readEach } from './parts.ts';
import { defineWorkload } from './types.ts';

/** Amounts are powers of 4, so that a sum tells which adds it contains, and how often: so many are exact. */
const OPERATIONS_A_COUNTER = 24;

const operation = fn(({ n, random }) => {
  if (random.below(3) === 0) return { f: 'read' };
  const amount = powerOfFour(n);
  return { f: 'add', value: random.below(4) === 0 ? -amount : amount };
});

function powerOfFour(n: number): number {
  let power = 1;
  for (let i = 0; i < n; i++) power *= 4;
  return power;
}

export const crdtCounter = defineWorkload({
  name: 'crdt-counter',
  title: 'Count up and down at every node, read every replica after quiescence',
  port: 'counter',
  checkers: ['crdt-counter'],
  main: (context) =>
    paced(
      context,
      independentKeys({ live: context.keys, operations: () => limit(OPERATIONS_A_COUNTER, operation) }),
    ),
  final: (context, keys) => readEach(keys, context.nodes),
});
