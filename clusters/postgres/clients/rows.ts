import { jsonText, read, write } from '../../sql/plan.ts';
import { unknownOperation, type Planner } from './plan.ts';

/** `rows`: several fields a key; a write touches only the fields it names, a delete removes the row. */
export const rows: Planner = ({ f, key, value }) => {
  const k = jsonText(key);
  switch (f) {
    case 'read':
      return read('SELECT fields AS value FROM documents WHERE k = $1', [k]);
    case 'write':
      return write(
        'INSERT INTO documents (k, fields) VALUES ($1, $2) ' +
          'ON CONFLICT (k) DO UPDATE SET fields = documents.fields || excluded.fields',
        [k, jsonText(value)],
      );
    case 'delete':
      return write('DELETE FROM documents WHERE k = $1', [k]);
    default:
      throw unknownOperation('rows', f);
  }
};
