import { identityOf } from '../history/dictionary.ts';
import type { Json } from '../history/event.ts';
import { due, earlier, forked, pending } from './next.ts';
import type { Context, Generator, Next, Notice } from './types.ts';

export interface KeyPool {
  /** How many keys are in use at a time. */
  readonly live: number;
  /** The operations of a key: finite ones make the pool rotate. Each operation gets the key. */
  readonly operations: (key: Json) => Generator;
  /** The key with a number. Default: the number. */
  readonly keyOf?: (number: number) => Json;
}

/**
 * Operations on independent objects: each on a key drawn from a pool; a key whose operations are done is replaced by a
 * new one, for ever. So histories stay short a key (checking is exponential in the worst case) however long the run.
 */
export function independentKeys(pool: KeyPool): Generator {
  if (!(Number.isInteger(pool.live) && pool.live > 0))
    throw new RangeError(`independentKeys: live keys must be 1 or more, not ${pool.live}`);
  const slots = Array.from({ length: pool.live }, (_, number) => slotOf(pool, number));
  return rotating(pool, slots, pool.live, 0);
}

interface Slot {
  readonly number: number;
  readonly key: Json;
  readonly generator: Generator;
}

function slotOf(pool: KeyPool, number: number): Slot {
  const key = pool.keyOf ? pool.keyOf(number) : number;
  return { number, key, generator: pool.operations(key) };
}

function rotating(pool: KeyPool, slots: readonly Slot[], used: number, given: number): Generator {
  return {
    next(context: Context): Next {
      if (context.free.length === 0) return pending(this);
      const after = [...slots];
      let keys = used;
      let until: number | undefined;
      const first = context.random.fork(`key${given}`).below(slots.length);
      for (let step = 0; step < slots.length; step++) {
        const i = (first + step) % slots.length;
        let next = ask(after[i], context);
        if (next.kind === 'done') {
          after[i] = slotOf(pool, keys++);
          next = ask(after[i], context);
        }
        if (next.kind === 'done')
          throw new Error(`independentKeys: there is no operation on key ${JSON.stringify(after[i].key)}`);
        const { key, number } = after[i];
        after[i] = { number, key, generator: next.rest };
        if (next.kind === 'operation') {
          const { thread, time } = next.operation;
          const operation = due(next.operation, thread, time, key);
          return { kind: 'operation', operation, rest: rotating(pool, after, keys, given + 1) };
        }
        until = earlier(until, next.until);
      }
      return pending(rotating(pool, after, keys, given), until);
    },
    update(context: Context, notice: Notice): Generator {
      const identity = identityOf(notice.key);
      const i = slots.findIndex((slot) => identityOf(slot.key) === identity);
      if (i < 0) return this;
      const generator = slots[i].generator.update(context, notice);
      if (generator === slots[i].generator) return this;
      return rotating(pool, slots.with(i, { ...slots[i], generator }), used, given);
    },
  };
}

function ask(slot: Slot, context: Context): Next {
  return slot.generator.next(forked(context, `k${slot.number}`));
}
