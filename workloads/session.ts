import { remembering } from '../harness/generator/operations.ts';
import type { Notice, Thread } from '../harness/generator/types.ts';
import { paced } from './parts.ts';
import { defineWorkload } from './types.ts';

/**
 * How often each thread has still to read back what it wrote, by thread. Reading back twice gives a roaming session
 * two replicas to be shown different things by.
 */
type Owed = ReadonlyMap<Thread, number>;

const READ_BACKS = 2;

function after(owed: Owed, notice: Notice): Owed {
  if (notice.type === 'invoke') return owed;
  const left = owed.get(notice.thread) ?? 0;
  // A write that may not have happened obliges nobody to show it.
  const now = notice.f === 'write' ? (notice.type === 'ok' ? READ_BACKS : 0) : Math.max(0, left - 1);
  return now === left ? owed : new Map(owed).set(notice.thread, now);
}

/**
 * Every session writes to a key of its own and reads it back, now and then somebody else's. With one writer a key,
 * the order of its versions is the writer's own: what was overwritten is certain.
 */
export const session = defineWorkload({
  name: 'session',
  title: 'Every session writes to its own key and reads it back, roaming or sticky as reads are routed',
  port: 'register',
  checkers: ['read-your-writes', 'monotonic-reads', 'staleness'],
  model: 'register',
  main: (context) =>
    paced(
      context,
      remembering<Owed>(new Map(), after, (turn, owed) => {
        const own = `s${turn.thread}`;
        if ((owed.get(turn.thread) ?? 0) > 0) return { f: 'read', key: own };
        if (turn.random.below(5) > 0) return { f: 'write', key: own, value: turn.n + 1 };
        return { f: 'read', key: `s${turn.random.below(context.concurrency)}` };
      }),
    ),
});
