// Queues and logs, one object a row of `heads`: who changes one holds that row's lock until its commit is done, so that
// the order in which places are given out is that of the commits.
import type { Json } from '../../../harness/history/event.ts';
import { inTransaction, type Run } from '../../sql/session.ts';
import { jsonText } from '../../sql/plan.ts';
import { unknownOperation, type Plan, type Planner } from './plan.ts';

const BEGIN = 'BEGIN ISOLATION LEVEL READ COMMITTED';
/** Takes the next place of a queue or a log; the row's lock comes with it. */
const NEXT =
  'INSERT INTO heads (k, n) VALUES ($1, 1) ON CONFLICT (k) DO UPDATE SET n = heads.n + 1 RETURNING n - 1 AS place';
const LOCK = 'SELECT 1 FROM heads WHERE k = $1 FOR UPDATE';
const FIRST =
  'DELETE FROM places WHERE k = $1 AND place = (SELECT min(place) FROM places WHERE k = $1) RETURNING v';

/**
 * `queue`: each statement at read committed looks at the table anew, so that what a dequeue finds after it got the lock
 * is what the one before it left. (SKIP LOCKED would be faster, and neither first in, first out nor sure of `empty`.)
 */
export const queue: Planner = ({ f, key, value }) => {
  const k = `queue/${jsonText(key)}`;
  switch (f) {
    case 'enqueue':
      return changing(async (run) => {
        await append(run, k, value);
        return undefined;
      });
    case 'dequeue':
      return changing(async (run) => {
        await run(LOCK, [k]);
        const { rows } = await run(FIRST, [k]);
        return rows.length === 0 ? null : (rows[0].v as Json);
      });
    default:
      throw unknownOperation('queue', f);
  }
};

/** `log`: nothing is taken out; an offset is a place. Each session polls on from where it is: `offsets`, by log. */
export function log(offsets: Map<string, number>): Planner {
  return ({ f, key, value }) => {
    const k = `log/${jsonText(key)}`;
    switch (f) {
      case 'send':
        return changing(async (run) => [await append(run, k, value), value ?? null]);
      case 'poll':
        return {
          reads: true,
          run: async (connection, signal) => {
            const text = 'SELECT place, v FROM places WHERE k = $1 AND place >= $2 ORDER BY place';
            const { rows } = await connection.run('read', text, [k, offsets.get(k) ?? 0], signal);
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
        throw unknownOperation('log', f);
    }
  };
}

async function append(run: Run, k: string, value: Json | undefined): Promise<number> {
  const { rows } = await run(NEXT, [k]);
  const place = Number(rows[0].place);
  await run('INSERT INTO places (k, place, v) VALUES ($1, $2, $3)', [k, place, jsonText(value)]);
  return place;
}

function changing(work: (run: Run) => Promise<Json | undefined>): Plan {
  return {
    reads: false,
    run: (connection, signal) => inTransaction(connection, signal, { begin: BEGIN, reads: false }, work),
  };
}
