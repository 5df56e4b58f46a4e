import type { Json } from '../../../harness/history/event.ts';
import { jsonText, read, write } from '../../sql/plan.ts';
import { unknownOperation, type Planner } from './plan.ts';

/** `rows`: several fields a key; a write touches only the fields it names, a delete removes the row. */
export const rows: Planner = ({ f, key, value }) => {
  const k = jsonText(key);
  switch (f) {
    case 'read':
      return read('SELECT fields AS value FROM documents WHERE k = ?', [k]);
    case 'write': {
      const fields = Object.entries(value as Record<string, Json>);
      const places = fields.map(() => '?, CAST(? AS JSON)').join(', ');
      return write(
        `INSERT INTO documents (k, fields) VALUES (?, ?) ON DUPLICATE KEY UPDATE fields = JSON_SET(fields, ${places})`,
        [k, jsonText(value), ...fields.flatMap(([name, v]) => [`$.${JSON.stringify(name)}`, jsonText(v)])],
      );
    }
    case 'delete':
      return write('DELETE FROM documents WHERE k = ?', [k]);
    default:
      throw unknownOperation('rows', f);
  }
};
