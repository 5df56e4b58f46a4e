import { independentKeys } from '../harness/generator/keys.ts';
import { fn } from '../harness/generator/operations.ts';
import { limit } from '../harness/generator/sequence.ts';
import { paced, readEach } from './parts.ts';
import { defineWorkload } from './types.ts';

/** A row's last operation is often a delete: then it has to stay away. */
const OPERATIONS_A_ROW = 6;

const row = fn(({ n, random }) => {
  const draw = random.below(10);
  if (draw < 2) return { f: 'read' };
  if (n >= OPERATIONS_A_ROW / 2 && draw < 8) return { f: 'delete' };
  return { f: 'write', value: { [random.pick(['a', 'b'])]: n + 1 } };
});

export const rowDeletes = defineWorkload({
  name: 'row-deletes',
  title: 'Write rows and delete them at every leader, read every replica after quiescence',
  port: 'rows',
  checkers: ['lww'],
  main: (context) =>
    paced(context, independentKeys({ live: context.keys, operations: () => limit(OPERATIONS_A_ROW, row) })),
  final: (context, keys) => readEach(keys, context.nodes),
});
