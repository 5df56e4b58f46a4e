// Ports over tables that are split by ranges of years. A row's year follows from its value, so that a write moves it.
import type { Json } from '../../../harness/history/event.ts';
import { inTransaction, type Run } from '../../sql/session.ts';
import { dayOf, dayOfElement } from '../partitioning.ts';
import { jsonText, write } from '../../sql/plan.ts';
import { unknownOperation, type Plan, type Planner } from './plan.ts';
import { set } from './set.ts';

/**
 * `register`: the key alone cannot be unique, since every unique key must contain the columns that split the table. So
 * the row is moved, or made if there was none. At repeatable read and above, the search locks the gap in which another
 * writer would make a second one.
 */
export const movingRegister: Planner = ({ f, key, value }) => {
  const k = jsonText(key);
  switch (f) {
    case 'read':
      return {
        reads: true,
        run: async (connection, signal) => {
          const { rows } = await connection.run('read', 'SELECT v FROM kv WHERE k = ?', [k], signal);
          const found = rows.map((row) => row.v as Json);
          // Two rows of one key: nothing that anybody wrote, so the checker will say so.
          return found.length > 1 ? found : (found[0] ?? null);
        },
      };
    case 'write':
      return changing(async (run) => {
        const { count } = await run('UPDATE kv SET v = ?, at = ? WHERE k = ?', [
          jsonText(value),
          dayOf(value),
          k,
        ]);
        if (count === 0) await run(INSERT, [k, jsonText(value), dayOf(value)]);
        return undefined;
      });
    case 'cas':
      return cas(k, value as readonly [Json, Json]);
    default:
      throw unknownOperation('register', f);
  }
};

const INSERT = 'INSERT INTO kv (k, v, at) VALUES (?, ?, ?)';

function cas(k: string, [old, next]: readonly [Json, Json]): Plan {
  return changing(async (run) => {
    if (old === null) {
      if ((await run('SELECT 1 FROM kv WHERE k = ? FOR UPDATE', [k])).count > 0) return false;
      await run(INSERT, [k, jsonText(next), dayOf(next)]);
      return undefined;
    }
    const text = 'UPDATE kv SET v = ?, at = ? WHERE k = ? AND v = CAST(? AS JSON)';
    return (await run(text, [jsonText(next), dayOf(next), k, jsonText(old)])).count === 0 ? false : undefined;
  });
}

function changing(work: (run: Run) => Promise<Json | undefined>): Plan {
  return {
    reads: false,
    run: (connection, signal) =>
      inTransaction(connection, signal, { begin: 'START TRANSACTION', reads: false }, work),
  };
}

/** `set`: an element whose year no partition takes is refused: "Table has no partition for value 2025" (1526). */
export const datedSet: Planner = (operation) => {
  if (operation.f !== 'add') return set(operation);
  const { key, value } = operation;
  return write('INSERT INTO elements (k, e, at) VALUES (?, ?, ?)', [
    jsonText(key),
    jsonText(value),
    dayOfElement(value),
  ]);
};
