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
    name: 'skewed-clock-believed',
    title: 'Stamps by its clock alone: what a node has seen of later stamps does not move its hybrid clock',
    expected: 'field-loss',
    strategy: 'multi-leader',
    profile: { configuration: 'multi-leader-hybrid', workload: 'lww', nemesis: 'clock:one:+5s' },
  },
  {
    name: 'duplicate-request-applied-twice',
    title: 'A change that is handed to a row’s home once more, or doubled on the way, is made once more',
    expected: 'doubled-increment',
    strategy: 'multi-leader',
    profile: { configuration: 'multi-leader-home', workload: 'crdt-counter', nemesis: '' },
  },
  {
    name: 'whole-row-lww',
    title: 'A write carries the whole row as its node saw it, where only its own fields should compete',
    expected: 'field-loss',
    strategy: 'multi-leader',
    profile: { configuration: 'multi-leader-lww-field', workload: 'lww', nemesis: 'partition:one' },
  },
  {
    name: 'counter-merge-by-addition',
    title: 'Merges two states of a counter by adding them up',
    expected: 'doubled-increment',
    strategy: 'multi-leader',
    profile: { configuration: 'multi-leader-crdt', workload: 'crdt-counter', nemesis: '' },
  },
  {
    name: 'or-set-remove-unseen-adds',
    title: 'A remove from a set takes away adds that it has not seen: the next one of every other node',
    expected: 'lost-add',
    strategy: 'multi-leader',
    profile: { configuration: 'multi-leader-crdt', workload: 'crdt-set', nemesis: 'partition:one' },
  },
  {
    name: 'siblings-dropped',
    title: 'Keeps only one of concurrent versions',
    expected: 'lost-sibling',
    strategy: 'multi-leader',
    profile: { configuration: 'multi-leader-siblings', workload: 'siblings', nemesis: 'partition:one' },
  },
  {
    name: 'conflict-log-lost-at-restart',
    title: 'Keeps the log of conflicts in memory only',
    expected: 'unlogged-version',
    strategy: 'multi-leader',
    profile: { configuration: 'multi-leader-siblings', workload: 'conflict-log', nemesis: 'kill:one' },
  },
] as const satisfies readonly Bug[];
