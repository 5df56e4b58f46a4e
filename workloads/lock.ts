import { remembering, type Turn } from '../harness/generator/operations.ts';
import { eachThread } from '../harness/generator/threads.ts';
import type { Notice, Operation } from '../harness/generator/types.ts';
import type { Json } from '../harness/history/event.ts';
import { MILLISECOND } from '../harness/runtime/types.ts';
import { defineWorkload } from './types.ts';

/** A lock is held for so long at most: longer than a lease of a second or two that could not be renewed. */
const HOLD_MS = 4_000;
/** Who got none tries again after so long at most. */
const RETRY_MS = 400;

/** The lock that a thread believes to hold, if any, and since when it has been doing what it does. */
interface Belief {
  readonly holds: Json;
  readonly since: number;
}

/** A thread believes until its release was answered, or until nobody knows whether it was. */
function learn(belief: Belief, { type, f, key, time }: Notice): Belief {
  if (type === 'invoke') return belief;
  const taken = f === 'acquire' && type === 'ok';
  const kept = f === 'release' && type === 'fail';
  return { holds: taken ? (key ?? null) : kept ? belief.holds : null, since: time };
}

function next({ random }: Turn, { holds, since }: Belief, locks: number): Operation {
  const pause = random.fork('pause').below(holds === null ? RETRY_MS : HOLD_MS) * MILLISECOND;
  const time = since + pause;
  return holds === null
    ? { f: 'acquire', key: random.fork('key').below(locks), time }
    : { f: 'release', key: holds, time };
}

/** Every client takes a lock, holds it for a while, gives it back. At a pace of its own: `--rate` says nothing here. */
export const lock = defineWorkload({
  name: 'lock',
  title: 'Take a lock, hold it for up to four seconds, give it back: does anybody else get it meanwhile?',
  port: 'lock',
  checkers: ['linearizability', 'lock-safety'],
  model: 'mutex',
  main: ({ keys }) =>
    eachThread(
      remembering<Belief>({ holds: null, since: 0 }, learn, (turn, belief) => next(turn, belief, keys)),
    ),
});
