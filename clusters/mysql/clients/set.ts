import type { Json } from '../../../harness/history/event.ts';
import { jsonText, write } from '../../sql/plan.ts';
import { unknownOperation, type Planner } from './plan.ts';

/** `set`: a row an element; a read is one statement, so one snapshot of the whole set, oldest row first. */
export const set: Planner = ({ f, key, value }) => {
  const k = jsonText(key);
  switch (f) {
    case 'add':
      return write('INSERT INTO elements (k, e) VALUES (?, ?)', [k, jsonText(value)]);
    case 'read':
      return {
        reads: true,
        run: async (connection, signal) => {
          const text = 'SELECT e FROM elements WHERE k = ? ORDER BY id';
          const { rows } = await connection.run('read', text, [k], signal);
          return rows.map((row) => JSON.parse(row.e as string) as Json);
        },
      };
    default:
      throw unknownOperation('set', f);
  }
};
