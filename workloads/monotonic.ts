import { independentKeys } from '../harness/generator/keys.ts';
import { remembering } from '../harness/generator/operations.ts';
import { limit } from '../harness/generator/sequence.ts';
import type { Notice } from '../harness/generator/types.ts';
import type { Json } from '../harness/history/event.ts';
import { paced, readEach } from './parts.ts';
import { defineWorkload } from './types.ts';

/** A register grows for so long. */
const OPERATIONS_A_KEY = 400;

/** The greatest number seen of the key: what the next increment starts from. */
function seen(known: number | null, { type, f, value }: Notice): number | null {
  const shown = f === 'read' ? value : Array.isArray(value) ? (value[1] as Json) : null;
  return type === 'ok' && typeof shown === 'number' ? Math.max(known ?? 0, shown) : known;
}

const operations = remembering<number | null>(null, seen, (turn, known) =>
  turn.random.below(2) === 0 ? { f: 'read' } : { f: 'cas', value: [known, (known ?? 0) + 1] },
);

/** Registers that are only ever incremented, by compare-and-set: no read may go back, for anybody. */
export const monotonic = defineWorkload({
  name: 'monotonic',
  title: 'Increment registers and read them: does a number ever go back?',
  port: 'register',
  checkers: ['monotonic', 'linearizability'],
  model: 'cas-register',
  main: (context) =>
    paced(
      context,
      independentKeys({ live: context.keys, operations: () => limit(OPERATIONS_A_KEY, operations) }),
    ),
  final: (_context, keys) => readEach(keys, [undefined]),
});
