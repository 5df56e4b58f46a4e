// Ports over a table of versions: nothing is overwritten, and a read works out what all the versions amount to.
import type { Json } from '../../../harness/history/event.ts';
import { jsonText, read, write } from '../../sql/plan.ts';
import { unknownOperation, type Plan, type Planner } from '../../postgres/clients/plan.ts';

const NEW = 'SELECT new_version($1, $2, $3) AS version';

/** Each field as the last version that touched it left it, of those after the last delete. */
const ROW = `SELECT jsonb_object_agg(field.key, field.value ORDER BY d.n, d.node) AS value
  FROM document_versions AS d, jsonb_each(d.fields) AS field
  WHERE d.k = $1 AND NOT EXISTS (
    SELECT 1 FROM document_versions AS gone
    WHERE gone.k = d.k AND gone.fields IS NULL AND (gone.n, gone.node) > (d.n, d.node))`;

/** `rows`: a version names the fields that it touches; one without fields is a delete. */
export const versionedRows: Planner = ({ f, key, value }) => {
  const k = jsonText(key);
  switch (f) {
    case 'read':
      return read(ROW, [k]);
    case 'write':
      return write(NEW, [k, jsonText(value), []]);
    case 'delete':
      return write(NEW, [k, null, []]);
    default:
      throw unknownOperation('rows', f);
  }
};

const SIBLINGS = `SELECT d.n || '@' || d.node AS version, d.fields -> 'value' AS value
  FROM document_versions AS d
  WHERE d.k = $1 AND NOT EXISTS (
    SELECT 1 FROM document_versions AS other
    WHERE other.k = d.k AND d.n || '@' || d.node = ANY (other.replaces))
  ORDER BY d.n, d.node`;

/** What a session has seen of each key: the versions that its next write of it replaces. */
export type Contexts = Map<string, readonly string[]>;

/** `siblings`: a write replaces what its session has seen of the key, and what it has not stays beside it. */
export function siblings(contexts: Contexts): Planner {
  return ({ f, key, value }): Plan => {
    const k = jsonText(key);
    switch (f) {
      case 'read':
        return {
          reads: true,
          run: async (connection, signal) => {
            const { rows } = await connection.run('read', SIBLINGS, [k], signal);
            contexts.set(
              k,
              rows.map((row) => row.version as string),
            );
            return rows.map((row) => row.value as Json);
          },
        };
      case 'write':
        return {
          reads: false,
          run: async (connection, signal) => {
            const values = [k, JSON.stringify({ value }), [...(contexts.get(k) ?? [])]];
            const { rows } = await connection.run('commit', NEW, values, signal);
            contexts.set(k, [rows[0].version as string]);
            return undefined;
          },
        };
      default:
        throw unknownOperation('siblings', f);
    }
  };
}
