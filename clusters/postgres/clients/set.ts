import type { Json } from '../../../harness/history/event.ts';
import { jsonText, write } from '../../sql/plan.ts';
import { unknownOperation, type Planner } from './plan.ts';

/** `set`: a row an element; a read is one statement, so one snapshot of the whole set, oldest row first. */
export const set: Planner = ({ f, key, value }) => {
  switch (f) {
    case 'add':
      return write('INSERT INTO elements (k, e) VALUES ($1, $2)', [jsonText(key), jsonText(value)]);
    case 'read':
      return {
        reads: true,
        run: async (connection, signal) => {
          const { rows } = await connection.run(
            'read',
            'SELECT e FROM elements WHERE k = $1 ORDER BY id',
            [jsonText(key)],
            signal,
          );
          return rows.map((row) => row.e as Json);
        },
      };
    default:
      throw unknownOperation('set', f);
  }
};
