/**
 * The reference store's configuration that models a real database's: the same replication, without the database around it.
 * Run under the same seed, workload and faults, the two show what of a finding is the design's, and what the product's.
 */
export const TWINS: ReadonlyMap<string, string> = new Map([
  ['postgres:async', 'reference:async-primary-reads'],
  ['postgres:async-pinned', 'reference:async-after-write'],
  ['postgres:async-pinned-long', 'reference:async-after-write'],
  ['postgres:sync-first-1', 'reference:first'],
  ['postgres:sync-any-1', 'reference:semi-sync'],
  ['postgres:local-commit', 'reference:async-primary-reads'],
  ['postgres:remote-apply', 'reference:sync'],
  ['postgres:partitioned-range', 'reference:partitioned-range'],
  ['postgres-multileader:lww', 'reference:multi-leader-lww'],
  ['postgres-multileader:lww-three', 'reference:multi-leader-lww'],
  ['postgres-multileader:conflict-table', 'reference:multi-leader-siblings'],
  ['mysql:async', 'reference:async-primary-reads'],
  ['mysql:semi-sync', 'reference:semi-sync'],
  ['mysql:semi-sync-fall-back', 'reference:semi-sync-fallback'],
  ['mysql-group:before-and-after', 'reference:raft'],
  ['mysql-group:before', 'reference:raft'],
  ['mysql-group:eventual', 'reference:raft-stale-reads'],
  ['redis:sentinel', 'reference:automatic-async'],
  ['valkey:sentinel', 'reference:automatic-async'],
  ['redis-cluster:async', 'reference:partitioned-slots'],
  ['valkey-cluster:async', 'reference:partitioned-slots'],
  ['etcd:linearizable', 'reference:raft'],
  ['etcd:serializable', 'reference:raft-stale-reads'],
]);
