import { configuration } from './configuration.ts';

const AUTOMATIC = { failover: 'automatic', reads: 'primary' } as const;

/** Single leaders that are chosen by leases. */
export const AUTOMATIC_FAILOVER = [
  configuration('automatic', 'Single leader chosen by leases; one follower must have a write', {
    ...AUTOMATIC,
    ack: 'semi-sync',
  }),
  configuration('automatic-sync', 'Single leader chosen by leases; all followers must have a write', {
    ...AUTOMATIC,
    ack: 'sync',
  }),
  configuration('automatic-async', 'Single leader chosen by leases, asynchronous', {
    ...AUTOMATIC,
    ack: 'async',
  }),
  configuration('automatic-no-fencing', 'As automatic, but leases are all there is: no epoch is promised', {
    ...AUTOMATIC,
    ack: 'semi-sync',
    fencing: false,
  }),
];
