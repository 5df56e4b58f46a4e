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
];
