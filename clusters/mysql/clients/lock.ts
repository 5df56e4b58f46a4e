import type { LockDialect } from '../../sql/lock.ts';
import { Failed } from './connection.ts';

/**
 * The `lock` port: named locks of the session. Their names have 64 characters at most and know no upper case, hence a
 * digest. https://dev.mysql.com/doc/refman/9.5/en/locking-functions.html
 */
export const lockDialect: LockDialect = {
  cluster: 'mysql',
  acquire: 'SELECT GET_LOCK(SHA2(?, 256), 0) AS done',
  release: 'SELECT RELEASE_LOCK(SHA2(?, 256))',
  failed: (thrown, phase) => new Failed(thrown, phase),
};
