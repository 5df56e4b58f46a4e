import type { Outcome } from '../../checkers/judge.ts';
import type { RunRequest } from '../run/config.ts';

/** A run of `npm start`, and what must come of it: the outcome, and the anomalies that must be proven. */
export interface DemoRow {
  readonly name: string;
  readonly request: RunRequest;
  readonly outcome: Outcome;
  readonly finds: readonly string[];
}

/**
 * What an application expects of sessions, whichever replica it reads from. The standbys are cut off for a while: on an
 * idle machine replication is otherwise too quick to be caught lagging in every run.
 */
const sessions = {
  workload: 'session',
  nemesis: 'cut-standbys',
  time: 6,
  faultFor: 2,
  faultEvery: 10,
  consistency: ['read-your-writes', 'monotonic-reads'],
} as const;
/**
 * What it expects of an acknowledgement. The cut comes about half a second before the promotion: under asynchronous
 * replication, writes that no standby ever saw are acknowledged meanwhile.
 */
const failover = {
  workload: 'set',
  nemesis: 'cut-standbys,failover',
  time: 7,
  faultFor: 2,
  faultEvery: 10,
  consistency: ['durable'],
} as const;
/** What it expects of last-writer-wins: that the later write wins. */
const lastWriter = { workload: 'lww', time: 6, consistency: ['later-write-wins', 'convergent'] } as const;

/** The main job on the embedded default: each promise once broken and once kept. */
export const DEMO: readonly DemoRow[] = [
  {
    name: 'reference store, asynchronous, reads from any replica',
    request: { cluster: 'reference', configuration: 'async', settings: { reads: 'any' }, ...sessions },
    outcome: 'violation',
    finds: ['read-your-writes', 'monotonic-reads'],
  },
  {
    name: 'reference store, asynchronous, reads from the leader',
    request: { cluster: 'reference', configuration: 'async', settings: { reads: 'primary' }, ...sessions },
    outcome: 'valid',
    finds: [],
  },
  {
    name: 'PostgreSQL, asynchronous, reads from any node',
    request: { cluster: 'postgres', configuration: 'async', settings: { reads: 'any' }, ...sessions },
    outcome: 'violation',
    finds: ['read-your-writes', 'monotonic-reads'],
  },
  {
    name: 'PostgreSQL, asynchronous, reads from the primary',
    request: { cluster: 'postgres', configuration: 'async', settings: { reads: 'primary' }, ...sessions },
    outcome: 'valid',
    finds: [],
  },
  {
    name: 'PostgreSQL, asynchronous, standbys cut off before a failover',
    request: { cluster: 'postgres', configuration: 'async', ...failover },
    outcome: 'violation',
    finds: ['lost-acknowledged-write'],
  },
  {
    name: 'PostgreSQL, synchronous, standbys cut off before a failover',
    request: { cluster: 'postgres', configuration: 'sync-first-1', ...failover },
    outcome: 'valid',
    finds: [],
  },
  {
    name: 'reference store, two leaders, last writer wins, a clock 5 s behind',
    request: {
      cluster: 'reference',
      configuration: 'multi-leader-lww-field',
      nemesis: 'clock:one:-5s',
      faultFor: 2,
      ...lastWriter,
    },
    outcome: 'violation',
    finds: ['clock-skew-loss'],
  },
  {
    name: 'reference store, two leaders, last writer wins, clocks in step',
    request: { cluster: 'reference', configuration: 'multi-leader-lww-field', ...lastWriter },
    outcome: 'valid',
    finds: [],
  },
];
