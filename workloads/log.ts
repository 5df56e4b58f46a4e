import { independentKeys } from '../harness/generator/keys.ts';
import { fn, type Turn } from '../harness/generator/operations.ts';
import { limit } from '../harness/generator/sequence.ts';
import type { Operation } from '../harness/generator/types.ts';
import type { Json } from '../harness/history/event.ts';
import { paced } from './parts.ts';
import { defineWorkload } from './types.ts';

/** A log lives so long. */
const OPERATIONS_A_LOG = 120;
/** At the end each log is gone through from its beginning: the second poll finds what the first left, or nothing. */
const GOING_THROUGH: readonly Operation[] = [{ f: 'seek', value: 0 }, { f: 'poll' }, { f: 'poll' }];

/** Sends messages to logs as Kafka's and polls them; at the end each log is read at every node. */
export const log = defineWorkload({
  name: 'log',
  title: 'Send messages to logs and poll them: lost, doubled, reordered or skipped ones',
  port: 'log',
  checkers: ['log'],
  main: (context) =>
    paced(
      context,
      independentKeys({
        live: context.keys,
        operations: () =>
          limit(
            OPERATIONS_A_LOG,
            fn((turn) => (turn.random.below(2) === 0 ? { f: 'poll' } : { f: 'send', value: turn.n + 1 })),
          ),
      }),
    ),
  final: ({ nodes }, keys) => fn((turn) => goThrough(turn, nodes, keys)),
});

/** One client goes through one log at one node, then the next. */
function goThrough({ n, threads }: Turn, nodes: readonly string[], keys: readonly Json[]): Operation | null {
  const round = Math.floor(n / GOING_THROUGH.length);
  const key = keys[Math.floor(round / nodes.length)];
  if (round >= nodes.length * keys.length) return null;
  const thread = threads[round % threads.length];
  return { ...GOING_THROUGH[n % GOING_THROUGH.length], key, node: nodes[round % nodes.length], thread };
}
