import type { Bug } from './types.ts';

/** Defects of replication with several leaders. */
export const MULTI_LEADER_BUGS = [
  {
    name: 'lww-tie-by-arrival',
    title: 'Stamps in whole ms, and lets whichever of two equal stamps arrives later win',
    expected: 'divergence',
    strategy: 'multi-leader',
    profile: { configuration: 'multi-leader-lww-field', workload: 'lww', nemesis: '', rate: 1000 },
  },
  {
    name: 'duplicate-request-applied-twice',
    title: 'A change that is handed to a row’s home once more, or doubled on the way, is made once more',
    expected: 'doubled-increment',
    strategy: 'multi-leader',
    profile: { configuration: 'multi-leader-home', workload: 'crdt-counter', nemesis: '' },
  },
] as const satisfies readonly Bug[];
