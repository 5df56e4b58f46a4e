import { independentKeys } from '../harness/generator/keys.ts';
import { fn, remembering } from '../harness/generator/operations.ts';
import { limit } from '../harness/generator/sequence.ts';
import type { Generator } from '../harness/generator/types.ts';
import type { Json } from '../harness/history/event.ts';
import { paced } from './parts.ts';
import { defineWorkload } from './types.ts';

/** A queue lives so long. */
const OPERATIONS_A_QUEUE = 200;
/** Dequeues at the end, at most: a queue that never says that it is empty leaves the question open. */
const FINAL_TRIES = 10_000;

/** Unique elements in, elements out: as many out as in, so that queues are now and then empty. */
const inAndOut = fn((turn) =>
  turn.random.below(2) === 0 ? { f: 'dequeue' } : { f: 'enqueue', value: turn.n + 1 },
);

/** Queues that are used for a while: is what comes out first what went in first? */
export const fifoQueue = defineWorkload({
  name: 'fifo-queue',
  title: 'Enqueue unique elements and dequeue them: does the first one in come out first, and once?',
  port: 'queue',
  checkers: ['fifo-queue'],
  main: (context) =>
    paced(
      context,
      independentKeys({ live: context.keys, operations: () => limit(OPERATIONS_A_QUEUE, inAndOut) }),
    ),
});

/** The same with few queues, each emptied at the end: what was acknowledged must have come out. */
export const totalQueue = defineWorkload({
  name: 'total-queue',
  title: 'Enqueue unique elements, dequeue until all is out: what is lost, and what comes out twice?',
  port: 'queue',
  checkers: ['total-queue'],
  main: (context) => paced(context, independentKeys({ live: context.keys, operations: () => inAndOut })),
  final: (_context, keys) => limit(FINAL_TRIES, untilEmpty(keys)),
});

/** Dequeues from each queue in turn until a dequeue finds it empty. */
function untilEmpty(keys: readonly Json[]): Generator {
  return remembering<readonly Json[]>(
    keys,
    (left, { type, f, key, value }) =>
      type === 'ok' && f === 'dequeue' && value === null ? left.filter((other) => other !== key) : left,
    (turn, left) => (left.length === 0 ? null : { f: 'dequeue', key: left[turn.n % left.length] }),
  );
}
