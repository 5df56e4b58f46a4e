import { configuration } from './configuration.ts';

export const MULTI_LEADER = [
  configuration('multi-leader-lww', 'Every node leads; the last writer of a row wins', {
    strategy: 'multi-leader',
    reads: 'sticky',
    lww: 'row',
  }),
  configuration('multi-leader-lww-field', 'Every node leads; the last writer of a field wins', {
    strategy: 'multi-leader',
    reads: 'sticky',
    lww: 'field',
  }),
];
