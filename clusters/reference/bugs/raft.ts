import type { Bug } from './types.ts';

/** Defects of Raft, each a rule of the paper or the thesis left out. */
export const RAFT_BUGS = [
  {
    name: 'raft-ack-before-commit',
    title: 'The leader acknowledges a write once its own disk has it, before a majority’s disks do',
    expected: 'lost-acknowledged-write',
    strategy: 'raft',
    profile: { configuration: 'raft', workload: 'set', nemesis: 'partition:primary' },
  },
  {
    name: 'vote-for-stale-log',
    title: 'Voters do not compare the candidate’s log with theirs: whoever asks first is elected',
    expected: 'lost-acknowledged-write',
    strategy: 'raft',
    profile: { configuration: 'raft', workload: 'set', nemesis: 'partition:one,kill:primary' },
  },
  {
    name: 'snapshot-without-last-entries',
    title: 'A snapshot says that it holds all that is committed, but lacks what was not applied yet',
    expected: 'lost-acknowledged-write',
    strategy: 'raft',
    profile: {
      configuration: 'raft',
      workload: 'set',
      nemesis: 'kill:primary',
      settings: { snapshotEvery: 200 },
    },
  },
  {
    name: 'follower-read-without-read-index',
    title: 'A follower answers reads without asking the leader how far it must have applied',
    expected: 'stale-read',
    strategy: 'raft',
    profile: { configuration: 'raft-follower-reads', workload: 'register', nemesis: 'partition:one' },
  },
] as const satisfies readonly Bug[];

/** Defects that the code knows, and that no profile has been proven for yet: they cannot be chosen. */
export type UnprovenBug =
  | 'follower-acks-before-sync'
  | 'commit-older-term-by-counting'
  | 'vote-twice-after-restart'
  | 'election-by-minority'
  | 'votes-counted-twice'
  | 'append-without-consistency-check'
  | 'truncate-on-every-append'
  | 'read-index-without-heartbeat-round'
  | 'stale-lease-under-clock-drift'
  | 'lease-kept-in-transfer'
  | 'votes-while-leader-is-heard';
