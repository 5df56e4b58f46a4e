import type { BankDialect } from '../../sql/bank.ts';
import type { TransactionDialect } from '../../sql/transaction.ts';

export const ISOLATION_LEVELS = [
  'read-uncommitted',
  'read-committed',
  'repeatable-read',
  'serializable',
] as const;
export type Isolation = (typeof ISOLATION_LEVELS)[number];

/** The isolation level is the session's, set when it is opened: see `node.ts`. */
const BEGINNING = { cluster: 'mysql', begin: 'START TRANSACTION', primaryOnly: false };

const places = (count: number) => Array.from({ length: count }, () => '?').join(', ');

/** The `transaction` port, over `cells`. Reads are plain SELECTs, writes do not depend on them. */
export const transactionDialect: TransactionDialect = {
  ...BEGINNING,
  read: 'SELECT v FROM cells WHERE k = ?',
  write: 'INSERT INTO cells (k, v) VALUES (?, ?) AS new ON DUPLICATE KEY UPDATE v = new.v',
  remove: 'DELETE FROM cells WHERE k = ?',
  append:
    'INSERT INTO cells (k, v) VALUES (?, JSON_ARRAY(CAST(? AS JSON))) AS new ' +
    'ON DUPLICATE KEY UPDATE v = JSON_MERGE_PRESERVE(cells.v, new.v)',
  present: (keys) => `SELECT k, v FROM cells WHERE k IN (${places(keys)})`,
  remainder: (keys) => `SELECT k, v FROM cells WHERE k IN (${places(keys)}) AND CAST(v AS SIGNED) % ? = ?`,
};

/** The `bank` port, over `accounts`. */
export const bankDialect: BankDialect = {
  ...BEGINNING,
  open: 'INSERT INTO accounts (k, balance) VALUES (?, ?) ON DUPLICATE KEY UPDATE k = k',
  withdraw: 'UPDATE accounts SET balance = balance - ? WHERE k = ? AND balance >= ?',
  deposit: 'UPDATE accounts SET balance = balance + ? WHERE k = ?',
  readAll: 'SELECT k, balance FROM accounts',
  readOne: 'SELECT balance FROM accounts WHERE k = ?',
};
