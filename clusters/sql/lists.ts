// Queues and logs, one object a row of `heads`: who changes one holds that row's lock until its commit is done, so that
// the order in which places are given out is that of the commits.
import type { Json } from '../../harness/history/event.ts';
import { jsonText, unknownOperation, type Plan, type Planner } from './plan.ts';
import { inTransaction, type Run, type Session } from './session.ts';

/** The statements of both ports in one database's SQL, over `heads` (`k`, `n`) and `places` (`k`, `place`, `v`). */
export interface ListsDialect {
  readonly cluster: string;
  /** At read committed: each statement looks at the tables anew, and finds what the lock's last holder left. */
  readonly begin: string | readonly string[];
  /** Parameters of each: list. Raise `n`, which locks the row; the last of them tells the `place` that was next. */
  readonly next: readonly string[];
  /** Parameters: list, place, value. */
  readonly put: string;
  /** Parameters: list. Takes that lock, and no place. */
  readonly lock: string;
  /** Parameters: list. Columns `place`, `v` of its first place that is left. */
  readonly first: string;
  /** Parameters: list, place. */
  readonly remove: string;
  /** Parameters: list, place. Columns `place`, `v` from there on, in order. */
  readonly from: string;
}

/** `queue`: what is dequeued is deleted. (SKIP LOCKED would be faster, and neither first in, first out nor sure of `empty`.) */
export function queue<C extends Session>(dialect: ListsDialect): Planner<C> {
  return ({ f, key, value }) => {
    const k = `queue/${jsonText(key)}`;
    switch (f) {
      case 'enqueue':
        return changing(dialect, async (run) => {
          await append(run, dialect, k, value);
          return undefined;
        });
      case 'dequeue':
        return changing(dialect, async (run) => {
          await run(dialect.lock, [k]);
          const { rows } = await run(dialect.first, [k]);
          if (rows.length === 0) return null;
          await run(dialect.remove, [k, rows[0].place]);
          return rows[0].v as Json;
        });
      default:
        throw unknownOperation('queue', dialect.cluster, f);
    }
  };
}

/** `log`: nothing is taken out; an offset is a place. Each session polls on from where it is: `offsets`, by log. */
export function log<C extends Session>(dialect: ListsDialect, offsets: Map<string, number>): Planner<C> {
  return ({ f, key, value }) => {
    const k = `log/${jsonText(key)}`;
    switch (f) {
      case 'send':
        return changing(dialect, async (run) => [await append(run, dialect, k, value), value ?? null]);
      case 'poll':
        return {
          reads: true,
          run: async (session, signal) => {
            const { rows } = await session.run('read', dialect.from, [k, offsets.get(k) ?? 0], signal);
            const found = rows.map((row): [number, Json] => [Number(row.place), row.v as Json]);
            const last = found.at(-1);
            if (last !== undefined) offsets.set(k, last[0] + 1);
            return found;
          },
        };
      case 'seek':
        // Nothing is asked of anybody: the next poll begins there.
        return {
          reads: true,
          run: () => {
            offsets.set(k, Number(value));
            return Promise.resolve(undefined);
          },
        };
      default:
        throw unknownOperation('log', dialect.cluster, f);
    }
  };
}

async function append(run: Run, dialect: ListsDialect, k: string, value: Json | undefined): Promise<number> {
  let place = 0;
  for (const text of dialect.next) place = Number((await run(text, [k])).rows[0]?.place);
  await run(dialect.put, [k, place, jsonText(value)]);
  return place;
}

function changing<C extends Session>(
  { begin }: ListsDialect,
  work: (run: Run) => Promise<Json | undefined>,
): Plan<C> {
  return {
    reads: false,
    run: (session, signal) => inTransaction(session, signal, { begin, reads: false }, work),
  };
}
