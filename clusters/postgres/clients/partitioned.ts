// Ports over tables that are split by ranges of years. A row's year follows from its value, so that a write moves it.
import type { Json } from '../../../harness/history/event.ts';
import { inTransaction, type Run } from '../../sql/session.ts';
import { dayOf, dayOfElement, type Unique } from '../partitioning.ts';
import { jsonText, write } from '../../sql/plan.ts';
import { unknownOperation, type Plan, type Planner } from './plan.ts';
import { set } from './set.ts';

const BEGIN = 'BEGIN ISOLATION LEVEL READ COMMITTED';

/**
 * `register`: the key alone cannot be unique, since a unique constraint must contain the partition key, so there is no
 * ON CONFLICT for it: the row is moved, or made if there was none. With a table of keys, the key is locked there first.
 */
export function movingRegister(unique: Unique): Planner {
  return ({ f, key, value }) => {
    const k = jsonText(key);
    switch (f) {
      case 'read':
        return {
          reads: true,
          run: async (connection, signal) => {
            const { rows } = await connection.run('read', 'SELECT v FROM kv WHERE k = $1', [k], signal);
            const found = rows.map((row) => row.v as Json);
            // Two rows of one key: nothing that anybody wrote, so the checker will say so.
            return found.length > 1 ? found : (found[0] ?? null);
          },
        };
      case 'write':
        return changing(unique, k, async (run) => {
          const values = [k, jsonText(value), dayOf(value)];
          const { count } = await run('UPDATE kv SET v = $2, at = $3 WHERE k = $1', values);
          if (count === 0) await run('INSERT INTO kv (k, v, at) VALUES ($1, $2, $3)', values);
          return undefined;
        });
      case 'cas':
        return cas(unique, k, value as readonly [Json, Json]);
      default:
        throw unknownOperation('register', f);
    }
  };
}

function cas(unique: Unique, k: string, [old, next]: readonly [Json, Json]): Plan {
  return changing(unique, k, async (run) => {
    const values = [k, jsonText(next), dayOf(next)];
    if (old === null) {
      const { count } = await run('SELECT 1 FROM kv WHERE k = $1', [k]);
      if (count > 0) return false;
      await run('INSERT INTO kv (k, v, at) VALUES ($1, $2, $3)', values);
      return undefined;
    }
    const text = 'UPDATE kv SET v = $2, at = $3 WHERE k = $1 AND v = $4';
    return (await run(text, [...values, jsonText(old)])).count === 0 ? false : undefined;
  });
}

function changing(unique: Unique, k: string, work: (run: Run) => Promise<Json | undefined>): Plan {
  return {
    reads: false,
    run: (connection, signal) =>
      inTransaction(connection, signal, { begin: BEGIN, reads: false }, async (run) => {
        if (unique === 'key-table')
          await run('INSERT INTO kv_keys VALUES ($1) ON CONFLICT (k) DO UPDATE SET k = excluded.k', [k]);
        return work(run);
      }),
  };
}

/** `set`: where no partition takes an element's year, and there is none for all others, it is refused. */
export const datedSet: Planner = (operation) => {
  if (operation.f !== 'add') return set(operation);
  const { key, value } = operation;
  return write('INSERT INTO elements (k, e, at) VALUES ($1, $2, $3)', [
    jsonText(key),
    jsonText(value),
    dayOfElement(value),
  ]);
};
