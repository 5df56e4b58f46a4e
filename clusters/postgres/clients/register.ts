import type { Json } from '../../../harness/history/event.ts';
import { jsonText, read, write } from '../../sql/plan.ts';
import { unknownOperation, type Plan, type Planner } from './plan.ts';

/** `register`: read, write (upsert) and cas, one row a key, one statement an operation. */
export const register: Planner = ({ f, key, value }) => {
  const k = jsonText(key);
  switch (f) {
    case 'read':
      return read('SELECT v AS value FROM kv WHERE k = $1', [k]);
    case 'write':
      return write('INSERT INTO kv (k, v) VALUES ($1, $2) ON CONFLICT (k) DO UPDATE SET v = excluded.v', [
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
 * At read committed an UPDATE that waited for a concurrent writer looks at the row again, so its WHERE is judged on
 * the newest version. No row (a mismatch) is an observation: `ok` with `false`. Old value null = the key is absent.
 */
function cas(k: string, [old, next]: readonly [Json, Json]): Plan {
  const outcome = (count: number) => (count === 0 ? false : undefined);
  return old === null
    ? write('INSERT INTO kv (k, v) VALUES ($1, $2) ON CONFLICT (k) DO NOTHING', [k, jsonText(next)], outcome)
    : write('UPDATE kv SET v = $3 WHERE k = $1 AND v = $2', [k, jsonText(old), jsonText(next)], outcome);
}
