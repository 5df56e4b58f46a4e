import { independentKeys } from '../harness/generator/keys.ts';
import { fn } from '../harness/generator/operations.ts';
import { limit, phases } from '../harness/generator/sequence.ts';
import type { Generator } from '../harness/generator/types.ts';
import type { Json } from '../harness/history/event.ts';
import { paced, readEach } from './parts.ts';
import { defineWorkload } from './types.ts';

const OPERATIONS_A_KEY = 40;

/** A write replaces what its session last read of the key: after a read of several versions, it resolves the conflict. */
const operation = fn(({ n, random }) =>
  random.below(2) === 0 ? { f: 'read' } : { f: 'write', value: n + 1 },
);

export const conflictLog = defineWorkload({
  name: 'conflict-log',
  title:
    'Write registers that keep concurrent values, resolve conflicts by hand, read every node’s log of them',
  port: 'conflicts',
  checkers: ['conflict-log', 'siblings'],
  main: (context) =>
    paced(
      context,
      independentKeys({ live: context.keys, operations: () => limit(OPERATIONS_A_KEY, operation) }),
    ),
  final: ({ nodes }, keys) => phases(readEach(keys, nodes), logsOf(keys, nodes)),
});

/** Each node's log of each key's conflicts. */
function logsOf(keys: readonly Json[], nodes: readonly string[]): Generator {
  return fn(({ n }) =>
    n >= keys.length * nodes.length
      ? null
      : { f: 'conflicts', key: keys[Math.floor(n / nodes.length)], node: nodes[n % nodes.length] },
  );
}
