import type { ListsDialect } from '../../sql/lists.ts';

/**
 * The `queue` and `log` ports.
 *
 * A dequeue *writes* its queue's row of `heads`, where a lock would do on one server: also a dequeue that finds nothing.
 * In a group with several primaries locks are a member's own, and what is certified are the rows that a transaction has
 * written. Two operations on one queue have both written its head. If one of them came to its member before the other
 * began there, it was seen. If it comes later, either the other still holds the head's lock and is rolled back for it
 * (1213), or it is being certified, without the first among what it has executed, and refused (3101). So whatever commits
 * has seen all changes of its queue that come before it, `empty` included, whoever made them and wherever.
 * https://dev.mysql.com/doc/refman/9.5/en/group-replication-limitations.html (SELECT … FOR UPDATE: the lock is not shared)
 */
export const listsDialect: ListsDialect = {
  cluster: 'mysql',
  // Whatever the session's level is: gap locks of the higher ones would have queues wait for each other.
  begin: ['SET TRANSACTION ISOLATION LEVEL READ COMMITTED', 'START TRANSACTION'],
  next: [
    'INSERT INTO heads (k, n, taken) VALUES (?, 1, 0) ON DUPLICATE KEY UPDATE n = n + 1',
    'SELECT n - 1 AS place FROM heads WHERE k = ?',
  ],
  put: 'INSERT INTO places (k, place, v) VALUES (?, ?, ?)',
  lock: 'INSERT INTO heads (k, n, taken) VALUES (?, 0, 1) ON DUPLICATE KEY UPDATE taken = taken + 1',
  first: 'SELECT place, v FROM places WHERE k = ? ORDER BY place LIMIT 1 FOR UPDATE',
  remove: 'DELETE FROM places WHERE k = ? AND place = ?',
  from: 'SELECT place, v FROM places WHERE k = ? AND place >= ? ORDER BY place',
};
