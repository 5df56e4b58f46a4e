import type { CounterDialect, IdsDialect } from '../../sql/counter.ts';

/** The `counter` port, over `counters`. */
export const counterDialect: CounterDialect = {
  cluster: 'postgres',
  add: 'INSERT INTO counters (k, n) VALUES ($1, $2) ON CONFLICT (k) DO UPDATE SET n = counters.n + excluded.n',
  read: 'SELECT n FROM counters WHERE k = $1',
};

/** The `ids` port, over `ids`: a sequence gives them. */
export const idsDialect: IdsDialect = {
  cluster: 'postgres',
  insert: 'INSERT INTO ids (k) VALUES ($1) RETURNING id',
  id: ({ rows }) => rows[0].id,
};
