import type { Bug } from './types.ts';

/** Defects of leaderless replication. */
export const LEADERLESS_BUGS = [
  {
    name: 'quorum-counts-node-twice',
    title: 'Counts answers, not the nodes that they came from: one that answers twice makes a quorum',
    expected: 'stale-read',
    strategy: 'leaderless',
    profile: { configuration: 'leaderless', workload: 'register', nemesis: 'partition:one' },
  },
  {
    name: 'read-repair-writes-older',
    title: 'Read repair brings nodes that differ to the older of the two states',
    expected: 'stale-read',
    strategy: 'leaderless',
    profile: { configuration: 'leaderless', workload: 'register', nemesis: 'partition:one' },
  },
  {
    name: 'hinted-handoff-dropped',
    title: 'Stores for others what they cannot be reached for, and forgets it',
    expected: 'lost-acknowledged-write',
    strategy: 'leaderless',
    profile: { configuration: 'leaderless-sloppy', workload: 'set', nemesis: 'partition:halves', nodes: 5 },
  },
  {
    name: 'tombstone-collected-early',
    title: 'Forgets that a row was deleted before all nodes have heard of it',
    expected: 'resurrection',
    strategy: 'leaderless',
    profile: { configuration: 'leaderless', workload: 'row-deletes', nemesis: 'partition:one' },
  },
] as const satisfies readonly Bug[];
