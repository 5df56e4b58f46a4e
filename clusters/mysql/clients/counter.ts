import type { CounterDialect, IdsDialect } from '../../sql/counter.ts';

/** The `counter` port, over `counters`. */
export const counterDialect: CounterDialect = {
  cluster: 'mysql',
  add: 'INSERT INTO counters (k, n) VALUES (?, ?) AS new ON DUPLICATE KEY UPDATE n = counters.n + new.n',
  read: 'SELECT n FROM counters WHERE k = ?',
};

/**
 * The `ids` port, over `ids`: AUTO_INCREMENT, told with the answer to the insert (LAST_INSERT_ID, without asking again).
 * Where several members of a group take writes each steps by group_replication_auto_increment_increment from its own
 * number, so that their ids are distinct, and in no order.
 */
export const idsDialect: IdsDialect = {
  cluster: 'mysql',
  insert: 'INSERT INTO ids (k) VALUES (?)',
  id: ({ insertId }) => insertId,
};
