import { jsonText, write } from '../../sql/plan.ts';
import { unknownOperation, type Planner } from './plan.ts';

/** `counter`: a row each, raised in one statement; a read of none is 0. */
export const counter: Planner = ({ f, key, value }) => {
  const k = jsonText(key);
  switch (f) {
    case 'add':
      return write(
        'INSERT INTO counters (k, n) VALUES ($1, $2) ON CONFLICT (k) DO UPDATE SET n = counters.n + excluded.n',
        [k, Number(value)],
      );
    case 'read':
      return {
        reads: true,
        run: async (connection, signal) => {
          const { rows } = await connection.run('read', 'SELECT n FROM counters WHERE k = $1', [k], signal);
          return rows.length === 0 ? 0 : Number(rows[0].n);
        },
      };
    default:
      throw unknownOperation('counter', f);
  }
};

/** `ids`: a row each, whose id a sequence gives. It is the primary key, and told once the row is committed. */
export const ids: Planner = ({ f, key }) => {
  if (f !== 'generate') throw unknownOperation('ids', f);
  return {
    reads: false,
    run: async (connection, signal) => {
      const text = 'INSERT INTO ids (k) VALUES ($1) RETURNING id';
      const { rows } = await connection.run('commit', text, [jsonText(key)], signal);
      return Number(rows[0].id);
    },
  };
};
