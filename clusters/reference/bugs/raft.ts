import type { Bug, WalkedBug } from './types.ts';

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
    name: 'raft-no-fsync',
    title: 'Nodes take for durable what their disks have only been handed: all at once lose power',
    expected: 'lost-acknowledged-write',
    strategy: 'raft',
    simulatedOnly: true,
    profile: { configuration: 'raft', workload: 'set', nemesis: 'kill:all' },
  },
  {
    name: 'election-by-minority',
    title: 'Half of the nodes are taken for a majority',
    expected: 'lost-acknowledged-write',
    strategy: 'raft',
    profile: {
      configuration: 'raft',
      workload: 'set',
      nemesis: 'partition:halves',
      nodes: 4,
      settings: { snapshotEvery: 100_000 },
    },
  },
  {
    name: 'votes-counted-twice',
    title: 'A vote counts as often as it arrives: nodes are asked again, and messages are doubled',
    expected: 'lost-acknowledged-write',
    strategy: 'raft',
    profile: {
      configuration: 'raft',
      workload: 'set',
      nemesis: 'partition:halves',
      nodes: 5,
      settings: { snapshotEvery: 100_000 },
    },
  },
  {
    name: 'vote-for-stale-log',
    title: 'Voters do not compare the candidate’s log with theirs: whoever asks first is elected',
    expected: 'lost-acknowledged-write',
    strategy: 'raft',
    profile: { configuration: 'raft', workload: 'set', nemesis: 'partition:one,kill:primary' },
  },
  {
    name: 'append-without-consistency-check',
    title: 'Followers append without comparing the entry before: logs part, and stay parted',
    expected: 'lost-acknowledged-write',
    strategy: 'raft',
    profile: {
      configuration: 'raft',
      workload: 'set',
      nemesis: 'partition:primary,kill:one',
      faultFor: 1,
      faultEvery: 2.5,
      rate: 100,
    },
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
    name: 'read-index-without-heartbeat-round',
    title: 'A leader answers reads without asking whether a majority still follows',
    expected: 'stale-read',
    strategy: 'raft',
    profile: {
      configuration: 'raft',
      workload: 'register',
      nemesis: 'partition:primary',
      rate: 60,
      concurrency: 30,
      operationTimeout: 0.3,
    },
  },
  {
    name: 'follower-read-without-read-index',
    title: 'A follower answers reads without asking the leader how far it must have applied',
    expected: 'stale-read',
    strategy: 'raft',
    profile: { configuration: 'raft-follower-reads', workload: 'register', nemesis: 'partition:one' },
  },
  {
    name: 'stale-lease-under-clock-drift',
    title: 'A leader measures its lease by its clock alone: one that is set back lets it lead for too long',
    expected: 'stale-read',
    strategy: 'raft',
    profile: {
      configuration: 'raft-lease-reads',
      workload: 'register',
      nemesis: 'strobe:all:1s,partition:primary',
      faultFor: 1,
      faultEvery: 2.5,
      rate: 60,
      concurrency: 30,
      operationTimeout: 0.3,
    },
  },
] as const satisfies readonly Bug[];

/** Those that take several accidents in one right half second: found where time is no matter (`raft-walk.ts`). */
export const WALKED_BUGS = [
  {
    name: 'vote-twice-after-restart',
    title: 'Votes are not kept on disk: a node that restarts votes once more in the same term',
    expected: 'election-safety',
    strategy: 'raft',
    walk: { preVote: true, snapshotEvery: 50 },
  },
  {
    name: 'commit-older-term-by-counting',
    title:
      'A leader commits entries of older terms once a majority has them (figure 8): another one may still drop them',
    expected: 'leader-completeness',
    strategy: 'raft',
    walk: { preVote: false, snapshotEvery: 1000 },
  },
] as const satisfies readonly WalkedBug[];
