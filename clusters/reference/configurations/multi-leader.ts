import { configuration } from './configuration.ts';

const FIELDS = { strategy: 'multi-leader', reads: 'sticky', lww: 'field' } as const;

export const MULTI_LEADER = [
  configuration('multi-leader-lww', 'Every node leads; the last writer of a row wins', {
    ...FIELDS,
    lww: 'row',
  }),
  configuration('multi-leader-lww-field', 'Every node leads; the last writer of a field wins', FIELDS),
  configuration('multi-leader-hybrid', 'The last writer of a field wins, by hybrid logical clocks', {
    ...FIELDS,
    stamps: 'hybrid',
  }),
  configuration('multi-leader-ring', 'The last writer of a field wins; updates go round a ring', {
    ...FIELDS,
    topology: 'ring',
  }),
  configuration('multi-leader-star', 'The last writer of a field wins; updates go through one node', {
    ...FIELDS,
    topology: 'star',
  }),
  configuration('multi-leader-siblings', 'Every node leads; concurrent writes stay side by side', {
    ...FIELDS,
    conflicts: 'siblings',
  }),
  configuration('multi-leader-crdt', 'Every node leads; counters and sets that merge', {
    ...FIELDS,
    conflicts: 'crdt',
  }),
  configuration('multi-leader-merge', 'Every node leads; a function makes one of concurrent writes', {
    ...FIELDS,
    conflicts: 'merge',
  }),
  configuration('multi-leader-home', 'Every node leads some of the rows: conflicts are avoided', {
    ...FIELDS,
    conflicts: 'crdt',
    home: true,
  }),
];
