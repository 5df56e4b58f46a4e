import { independentKeys } from '../harness/generator/keys.ts';
import { remembering } from '../harness/generator/operations.ts';
import { limit } from '../harness/generator/sequence.ts';
import type { Notice } from '../harness/generator/types.ts';
import type { Json } from '../harness/history/event.ts';
import { paced, readEach } from './parts.ts';
import { defineWorkload } from './types.ts';

/** A key lives so long: long enough to span a fault, short enough that a search over one key stays small. */
const OPERATIONS_A_KEY = 400;

/** The value last read of the key: the old value of the next cas, so that a cas has a chance to succeed. */
function lastRead(known: Json, notice: Notice): Json {
  return notice.type === 'ok' && notice.f === 'read' ? notice.value : known;
}

/** Reads, writes and compare-and-sets; every written value is unique on its key, which keeps checking polynomial. */
const operations = remembering<Json>(null, lastRead, (turn, known) => {
  const draw = turn.random.below(10);
  if (draw < 4) return { f: 'read' };
  const fresh = turn.n + 1;
  if (draw < 8 || known === null) return { f: 'write', value: fresh };
  return { f: 'cas', value: [known, fresh] };
});

export const register = defineWorkload({
  name: 'register',
  title: 'Read, write and compare-and-set single objects; unique values',
  port: 'register',
  checkers: ['linearizability', 'staleness'],
  model: 'cas-register',
  main: (context) =>
    paced(
      context,
      independentKeys({ live: context.keys, operations: () => limit(OPERATIONS_A_KEY, operations) }),
    ),
  final: (_context, keys) => readEach(keys, [undefined]),
});
