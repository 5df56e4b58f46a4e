import type { Bug } from './types.ts';

/** Defects of single-leader replication, of its operator, and of the disk beneath. */
export const SINGLE_LEADER_BUGS = [
  {
    name: 'ack-before-quorum',
    title: 'Acknowledges once the leader’s own disk has a write, whatever the mode asks of followers',
    expected: 'lost-acknowledged-write',
    strategy: 'single-leader',
    profile: { configuration: 'sync', workload: 'set', nemesis: 'cut-standbys,failover' },
  },
  {
    name: 'no-fsync',
    title: 'Takes for durable what the disk has only been handed',
    expected: 'lost-acknowledged-write',
    strategy: 'single-leader',
    simulatedOnly: true,
    profile: { configuration: 'async', workload: 'set', nemesis: 'kill:primary' },
  },
  {
    name: 'promote-least-advanced',
    title: 'Fails over to the standby whose log is shortest',
    expected: 'lost-acknowledged-write',
    strategy: 'single-leader',
    profile: { configuration: 'semi-sync', workload: 'set', nemesis: 'partition:n4,failover', nodes: 4 },
  },
  {
    name: 'no-read-confirmation',
    title: 'A leader answers reads without asking whether its followers still follow it',
    expected: 'stale-read',
    strategy: 'single-leader',
    profile: {
      configuration: 'sync',
      workload: 'register',
      nemesis: 'partition:primary,failover:unfenced',
      rate: 60,
      concurrency: 30,
      operationTimeout: 0.3,
    },
  },
  {
    name: 'no-fencing',
    title: 'Nobody promises the new epoch: a deposed leader goes on beside its successor (split brain)',
    expected: 'stale-read',
    strategy: 'single-leader',
    profile: {
      configuration: 'semi-sync',
      workload: 'register',
      nemesis: 'partition:primary,failover:unfenced',
      rate: 60,
      concurrency: 30,
      operationTimeout: 0.3,
    },
  },
  {
    name: 'truncate-acknowledged',
    title: 'A leader that restarts drops the end of its log, which it cannot prove to be committed',
    expected: 'lost-acknowledged-write',
    strategy: 'single-leader',
    profile: { configuration: 'async', workload: 'set', nemesis: 'kill:primary' },
  },
  {
    name: 'serve-before-catching-up',
    title: 'A follower answers reads right after a restart, before it has applied what it had applied before',
    expected: 'monotonic-reads',
    strategy: 'single-leader',
    profile: {
      configuration: 'semi-sync',
      workload: 'session',
      nemesis: 'kill:one',
      settings: { reads: 'sticky' },
    },
  },
  {
    name: 'torn-tail-accepted',
    title: 'Reads a half-written record at the end of the log as if it were whole: its numbers are zeros',
    expected: 'thin-air-read',
    strategy: 'single-leader',
    simulatedOnly: true,
    profile: {
      configuration: 'async',
      workload: 'register',
      nemesis: 'kill:primary',
      rate: 2000,
      faultEvery: 1,
      faultFor: 0.3,
    },
  },
  {
    name: 'sticky-session-lost-at-reconnect',
    title: 'A session that must connect again goes on at any other replica',
    expected: 'monotonic-reads',
    strategy: 'single-leader',
    profile: { configuration: 'async-sticky', workload: 'session', nemesis: 'partition:one,kill:one' },
  },
  {
    name: 'token-compared-as-string',
    title: 'Compares a session’s position with the replica’s as texts: 999 comes after 1000',
    expected: 'read-your-writes',
    strategy: 'single-leader',
    profile: { configuration: 'async-token', workload: 'session', nemesis: 'partition:one', rate: 600 },
  },
  {
    name: 'semi-sync-silent-fallback',
    title:
      'Goes on without its followers when none acknowledges for 200 ms, and tells nobody (semi-sync only in name)',
    expected: 'lost-acknowledged-write',
    strategy: 'single-leader',
    profile: { configuration: 'semi-sync', workload: 'set', nemesis: 'cut-standbys,failover' },
  },
  {
    name: 'lock-decides-alone',
    title:
      'Automatic failover: whoever takes the lock is promoted, however much it lacks of what others have',
    expected: 'lost-acknowledged-write',
    strategy: 'single-leader',
    profile: { configuration: 'automatic', workload: 'set', nemesis: 'loss:all:20%,kill:primary', nodes: 5 },
  },
] as const satisfies readonly Bug[];
