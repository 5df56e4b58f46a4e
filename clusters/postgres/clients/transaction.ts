import type { BankDialect } from '../../sql/bank.ts';
import type { TransactionDialect } from '../../sql/transaction.ts';

export const ISOLATION_LEVELS = ['read-committed', 'repeatable-read', 'serializable'] as const;
export type Isolation = (typeof ISOLATION_LEVELS)[number];

/** How a transaction of that level begins, and where. */
function beginning(isolation: Isolation) {
  return {
    cluster: 'postgres',
    begin: `BEGIN ISOLATION LEVEL ${isolation.replace('-', ' ').toUpperCase()}`,
    // "cannot use serializable mode in a hot standby"
    primaryOnly: isolation === 'serializable',
  };
}

const places = (count: number) => Array.from({ length: count }, (_, i) => `$${i + 1}`).join(', ');

/** The `transaction` port, over `cells`. */
export function transactionDialect(isolation: Isolation): TransactionDialect {
  return {
    ...beginning(isolation),
    read: 'SELECT v FROM cells WHERE k = $1',
    write: 'INSERT INTO cells (k, v) VALUES ($1, $2) ON CONFLICT (k) DO UPDATE SET v = excluded.v',
    remove: 'DELETE FROM cells WHERE k = $1',
    append:
      'INSERT INTO cells (k, v) VALUES ($1, jsonb_build_array($2::jsonb)) ' +
      'ON CONFLICT (k) DO UPDATE SET v = cells.v || excluded.v',
    present: (keys) => `SELECT k, v FROM cells WHERE k IN (${places(keys)})`,
    remainder: (keys) =>
      `SELECT k, v FROM cells WHERE k IN (${places(keys)}) ` +
      `AND (v #>> '{}')::bigint % $${keys + 1} = $${keys + 2}`,
  };
}

/** The `bank` port, over `accounts`. */
export function bankDialect(isolation: Isolation): BankDialect {
  return {
    ...beginning(isolation),
    open: 'INSERT INTO accounts (k, balance) VALUES ($1, $2) ON CONFLICT (k) DO NOTHING',
    withdraw: 'UPDATE accounts SET balance = balance - $1 WHERE k = $2 AND balance >= $3',
    deposit: 'UPDATE accounts SET balance = balance + $1 WHERE k = $2',
    readAll: 'SELECT k, balance FROM accounts',
    readOne: 'SELECT balance FROM accounts WHERE k = $1',
  };
}
