import type { LockDialect } from '../../sql/lock.ts';
import { Failed } from './connection.ts';

/**
 * The `lock` port: advisory locks of the session, told apart by 64 bits.
 * https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
 */
export const lockDialect: LockDialect = {
  cluster: 'postgres',
  acquire: 'SELECT pg_try_advisory_lock(hashtextextended($1, 0))::int AS done',
  release: 'SELECT pg_advisory_unlock(hashtextextended($1, 0))',
  failed: (thrown, phase) => new Failed(thrown, phase),
};
