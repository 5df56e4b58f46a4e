import { independentKeys } from '../harness/generator/keys.ts';
import { fn } from '../harness/generator/operations.ts';
import { limit } from '../harness/generator/sequence.ts';
import { paced, readEach } from './parts.ts';
import { defineWorkload } from './types.ts';

const FIELDS = ['a', 'b', 'c'] as const;

/**
 * A row is written for a short while and then left alone, so that what a wrong clock decided in a moment of skew is
 * still there to be seen at the end, not buried under later writes.
 */
const OPERATIONS_A_ROW = 12;

/** Writes that touch some of a row's fields, and reads; every written value is unique in its cell. */
const row = fn((turn) => {
  if (turn.random.below(4) === 0) return { f: 'read' };
  const first = turn.random.below(FIELDS.length);
  const touched = turn.random.chance(0.5)
    ? [FIELDS[first]]
    : [FIELDS[first], FIELDS[(first + 1) % FIELDS.length]];
  return { f: 'write', value: Object.fromEntries(touched.map((field) => [field, turn.n + 1])) };
});

export const lww = defineWorkload({
  name: 'lww',
  title: 'Write rows of several fields at every leader, read every replica after quiescence',
  port: 'rows',
  checkers: ['lww'],
  main: (context) =>
    paced(context, independentKeys({ live: context.keys, operations: () => limit(OPERATIONS_A_ROW, row) })),
  final: (context, keys) => readEach(keys, context.nodes),
});
