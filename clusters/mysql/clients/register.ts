import type { Json } from '../../../harness/history/event.ts';
import { jsonText, read, write } from '../../sql/plan.ts';
import { unknownOperation, type Plan, type Planner } from './plan.ts';

/** `register`: read, write (upsert) and cas, one row a key, one statement an operation. */
export const register: Planner = ({ f, key, value }) => {
  const k = jsonText(key);
  switch (f) {
    case 'read':
      return read('SELECT v AS value FROM kv WHERE k = ?', [k]);
    case 'write':
      return write('INSERT INTO kv (k, v) VALUES (?, ?) AS new ON DUPLICATE KEY UPDATE v = new.v', [
        k,
        jsonText(value),
      ]);
    case 'cas':
      return cas(k, value as readonly [Json, Json]);
    default:
      throw unknownOperation('register', f);
  }
};

/**
 * An UPDATE reads the newest committed row at every isolation level, and locks it. No row (a mismatch) is an
 * observation: `ok` with `false`. Old value null = the key is absent.
 */
function cas(k: string, [old, next]: readonly [Json, Json]): Plan {
  const outcome = (count: number) => (count === 0 ? false : undefined);
  return old === null
    ? write(
        'INSERT INTO kv (k, v) VALUES (?, ?) AS new ON DUPLICATE KEY UPDATE k = new.k',
        [k, jsonText(next)],
        outcome,
      )
    : write(
        'UPDATE kv SET v = ? WHERE k = ? AND v = CAST(? AS JSON)',
        [jsonText(next), k, jsonText(old)],
        outcome,
      );
}
