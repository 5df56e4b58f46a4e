import { configuration } from './configuration.ts';

const STRICT = { strategy: 'leaderless', reads: 'any', lww: 'field', n: 3, r: 2, w: 2 } as const;

export const LEADERLESS = [
  configuration(
    'leaderless',
    'No leader; of 3 nodes 2 answer a read and 2 store a write: quorums overlap',
    STRICT,
  ),
  configuration('leaderless-weak', 'No leader; one node answers a read, one stores a write', {
    ...STRICT,
    r: 1,
    w: 1,
  }),
  configuration(
    'leaderless-sloppy',
    'No leader; 3 of 5 nodes hold a row, and the others stand in for them',
    { ...STRICT, sloppy: true },
    5,
  ),
  configuration(
    'leaderless-siblings',
    'No leader; concurrent writes stay side by side until one replaces them',
    {
      ...STRICT,
      conflicts: 'siblings',
    },
  ),
  configuration('leaderless-crdt', 'No leader, one node a read and a write; counters and sets that merge', {
    ...STRICT,
    conflicts: 'crdt',
    r: 1,
    w: 1,
  }),
  configuration('leaderless-client', 'As leaderless, but clients ask the nodes and stamp writes themselves', {
    ...STRICT,
    coordinator: 'client',
  }),
  configuration(
    'leaderless-abd-client',
    'As leaderless-abd, but clients ask the nodes and stamp writes themselves',
    { ...STRICT, stamps: 'logical', atomic: true, coordinator: 'client' },
  ),
  configuration('leaderless-abd', 'No leader; logical stamps, and reads that write back: atomic registers', {
    ...STRICT,
    stamps: 'logical',
    atomic: true,
  }),
];
