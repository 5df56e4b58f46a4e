import { independentKeys } from '../harness/generator/keys.ts';
import { remembering } from '../harness/generator/operations.ts';
import { limit } from '../harness/generator/sequence.ts';
import type { Notice, Thread } from '../harness/generator/types.ts';
import type { Json } from '../harness/history/event.ts';
import { paced, readEach } from './parts.ts';
import { defineWorkload } from './types.ts';

/** Few elements, so that adds and removes of one meet; a set is left alone after a while, so that its end is seen. */
const ELEMENTS = 6;
const OPERATIONS_A_SET = 40;

/** By thread, what it last saw in the set. */
type Seen = ReadonlyMap<Thread, readonly Json[]>;

function after(seen: Seen, notice: Notice): Seen {
  if (notice.type !== 'ok' || notice.f !== 'read' || !Array.isArray(notice.value)) return seen;
  return new Map(seen).set(notice.thread, notice.value as readonly Json[]);
}

/** Adds any element, removes one that the same thread has seen. */
const operation = remembering<Seen>(new Map(), after, ({ random, thread }, seen) => {
  const draw = random.below(10);
  const known = seen.get(thread) ?? [];
  if (draw < 3) return { f: 'read' };
  if (draw < 6 && known.length > 0) return { f: 'remove', value: random.pick(known) };
  return { f: 'add', value: random.below(ELEMENTS) };
});

export const crdtSet = defineWorkload({
  name: 'crdt-set',
  title: 'Add and remove elements of sets at every node, read every replica after quiescence',
  port: 'crdt-set',
  checkers: ['crdt-set'],
  main: (context) =>
    paced(
      context,
      independentKeys({ live: context.keys, operations: () => limit(OPERATIONS_A_SET, operation) }),
    ),
  final: (context, keys) => readEach(keys, context.nodes),
});
