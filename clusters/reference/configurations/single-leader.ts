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
];
