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
  configuration('async-own', 'Single leader; own data from the leader, others’ from replicas', {
    ack: 'async',
    reads: 'own',
  }),
];
