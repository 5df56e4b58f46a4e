import type { ListsDialect } from '../../sql/lists.ts';

/** The `queue` and `log` ports. */
export const listsDialect: ListsDialect = {
  cluster: 'postgres',
  begin: 'BEGIN ISOLATION LEVEL READ COMMITTED',
  next: [
    'INSERT INTO heads (k, n) VALUES ($1, 1) ON CONFLICT (k) DO UPDATE SET n = heads.n + 1 RETURNING n - 1 AS place',
  ],
  put: 'INSERT INTO places (k, place, v) VALUES ($1, $2, $3)',
  lock: 'SELECT 1 FROM heads WHERE k = $1 FOR UPDATE',
  first: 'SELECT place, v FROM places WHERE k = $1 ORDER BY place LIMIT 1',
  remove: 'DELETE FROM places WHERE k = $1 AND place = $2',
  from: 'SELECT place, v FROM places WHERE k = $1 AND place >= $2 ORDER BY place',
};
