import { configuration } from './configuration.ts';

export const SINGLE_LEADER = [
  configuration('async', 'Single leader, asynchronous; reads from any replica', {
    ack: 'async',
    reads: 'any',
  }),
  configuration('async-primary-reads', 'Single leader, asynchronous; reads from the leader', {
    ack: 'async',
    reads: 'primary',
  }),
  configuration('async-sticky', 'Single leader, asynchronous; each session reads from one replica', {
    ack: 'async',
    reads: 'sticky',
  }),
  configuration('semi-sync', 'Single leader, one follower must have a write; reads from the leader', {
    ack: 'semi-sync',
    reads: 'primary',
  }),
  configuration('sync', 'Single leader, all followers must have a write; reads from the leader', {
    ack: 'sync',
    reads: 'primary',
  }),
  configuration('sync-no-fencing', 'As sync, but a deposed leader goes on', {
    ack: 'sync',
    reads: 'primary',
    fencing: false,
  }),
  configuration('async-no-fencing', 'Asynchronous, reads from the leader, but a deposed leader goes on', {
    ack: 'async',
    reads: 'primary',
    fencing: false,
  }),
  configuration('async-after-write', 'Single leader; for a second after a write, reads from the leader', {
    ack: 'async',
    reads: 'after-write',
  }),
  configuration('async-token', 'Single leader; reads from replicas that have come as far as the session', {
    ack: 'async',
    reads: 'token',
  }),
  configuration('semi-sync-token', 'As async-token, but one follower must have a write', {
    ack: 'semi-sync',
    reads: 'token',
  }),
  configuration(
    'first',
    'Single leader, the first follower that answers must have a write; reads from the leader',
    {
      ack: 'first',
      k: 1,
      reads: 'primary',
    },
  ),
  configuration(
    'any',
    'Single leader, any 2 of 4 followers must have a write; reads from the leader',
    { ack: 'any', k: 2, reads: 'primary' },
    5,
  ),
  configuration(
    'semi-sync-fallback',
    'As semi-sync, but the leader goes on without followers that are silent for half a second, as MySQL does',
    { ack: 'semi-sync', fallback: 500, reads: 'primary' },
  ),
  configuration(
    'async-nearest',
    'Single leader over two sites; each session reads from the replicas of its own',
    { ack: 'async', reads: 'nearest', sites: 2 },
    4,
  ),
  configuration('async-own', 'Single leader; own data from the leader, others’ from replicas', {
    ack: 'async',
    reads: 'own',
  }),
];
