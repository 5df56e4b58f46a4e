import { configuration } from './configuration.ts';

export const RAFT = [
  configuration('raft', 'Raft; the leader answers reads once a majority has confirmed it (read-index)', {
    strategy: 'raft',
    reads: 'primary',
    confirm: 'read-index',
  }),
  configuration('raft-lease-reads', 'Raft; the leader answers reads by its lease', {
    strategy: 'raft',
    reads: 'primary',
    confirm: 'lease',
  }),
  configuration(
    'raft-follower-reads',
    'Raft; any replica answers reads once it has caught up with the leader',
    {
      strategy: 'raft',
      reads: 'any',
      confirm: 'read-index',
    },
  ),
  configuration('raft-stale-reads', 'Raft; any replica answers reads as it stands', {
    strategy: 'raft',
    reads: 'any',
    confirm: 'none',
  }),
  configuration('raft-token', 'Raft; reads from replicas that have come as far as the session', {
    strategy: 'raft',
    reads: 'token',
    confirm: 'read-index',
  }),
  configuration('raft-own', 'Raft; own data from the leader, others’ from replicas', {
    strategy: 'raft',
    reads: 'own',
    confirm: 'read-index',
  }),
  configuration('raft-after-write', 'Raft; for a second after a write, reads from the leader', {
    strategy: 'raft',
    reads: 'after-write',
    confirm: 'read-index',
  }),
  configuration('raft-read-committed', 'Raft; a transaction reads what is committed, each time anew', {
    strategy: 'raft',
    reads: 'primary',
    isolation: 'read-committed',
  }),
  configuration('raft-snapshot-isolation', 'Raft; a transaction reads a snapshot, the first committer wins', {
    strategy: 'raft',
    reads: 'any',
    isolation: 'snapshot-isolation',
  }),
  configuration('raft-serializable', 'Raft; transactions in one order, those that only read at any replica', {
    strategy: 'raft',
    reads: 'any',
    isolation: 'serializable',
  }),
];
