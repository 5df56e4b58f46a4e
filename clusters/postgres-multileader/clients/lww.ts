// Ports over rows that carry a stamp. The trigger may hold a write back silently: the statement then changes no row.
import { Failed } from '../../postgres/clients/connection.ts';
import { NOTHING_CHANGED } from '../../postgres/clients/errors.ts';
import { jsonText, read, write } from '../../sql/plan.ts';
import { unknownOperation, type Planner } from '../../postgres/clients/plan.ts';
import { register } from '../../postgres/clients/register.ts';

/**
 * As on one server; but a cas that changed no row has not seen that the old value is another one: a row with a later
 * stamp may have held it back.
 */
export const lwwRegister: Planner = (operation) => {
  const plan = register(operation);
  if (operation.f !== 'cas') return plan;
  return {
    reads: false,
    run: async (connection, signal, node) => {
      if ((await plan.run(connection, signal, node)) !== false) return undefined;
      const nothing = new Error('the cas changed no row');
      throw new Failed(Object.assign(nothing, { code: NOTHING_CHANGED }), 'commit');
    },
  };
};

/** A deleted row stays, marked, so that it has a stamp to win or lose by; what is written after it begins anew. */
export const lwwRows: Planner = ({ f, key, value }) => {
  const k = jsonText(key);
  switch (f) {
    case 'read':
      return read('SELECT fields AS value FROM documents WHERE k = $1 AND NOT deleted', [k]);
    case 'write':
      return write(
        'INSERT INTO documents (k, fields) VALUES ($1, $2) ON CONFLICT (k) DO UPDATE SET deleted = false, ' +
          'fields = CASE WHEN documents.deleted THEN excluded.fields ELSE documents.fields || excluded.fields END',
        [k, jsonText(value)],
      );
    case 'delete':
      return write("UPDATE documents SET deleted = true, fields = '{}' WHERE k = $1", [k]);
    default:
      throw unknownOperation('rows', f);
  }
};
