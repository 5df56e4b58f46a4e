import type { Setting } from '../types.ts';

/** A defect that the store can be given on purpose: proof that what it breaks is seen. */
export interface Bug {
  readonly name: string;
  /** What the store does then. */
  readonly title: string;
  /** The anomaly under which it must be found. */
  readonly expected: string;
  readonly strategy: 'single-leader' | 'multi-leader-lww';
  /** Lives in the simulated disk, which real ones cannot be made to imitate. */
  readonly simulatedOnly?: boolean;
  /** Where it shows: never times, targets or orders beyond what the fault's name says. */
  readonly profile: {
    readonly configuration: string;
    readonly workload: string;
    readonly nemesis: string;
    readonly settings?: Readonly<Record<string, Setting>>;
    readonly nodes?: number;
    readonly rate?: number;
    readonly concurrency?: number;
    readonly operationTimeout?: number;
  };
}

const table = [
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
    profile: { configuration: 'async', workload: 'register', nemesis: 'kill:primary', rate: 2000 },
  },
  {
    name: 'lww-tie-by-arrival',
    title: 'Stamps in whole ms, and lets whichever of two equal stamps arrives later win',
    expected: 'divergence',
    strategy: 'multi-leader-lww',
    profile: { configuration: 'multi-leader-lww-field', workload: 'lww', nemesis: '', rate: 1000 },
  },
] as const satisfies readonly Bug[];

export type BugName = (typeof table)[number]['name'];

/** Defects by name, in the order in which they are listed. */
export const BUGS: ReadonlyMap<string, Bug> = new Map<string, Bug>(table.map((bug) => [bug.name, bug]));

/** Why this defect cannot be had there, or null. */
export function bugConflict(name: BugName | 'none', strategy: string, world: string): string | null {
  const bug = BUGS.get(name);
  if (!bug) return null;
  if (bug.strategy !== strategy)
    return `bug ${name} is one of ${bug.strategy} replication, not of ${strategy}`;
  return bug.simulatedOnly === true && world !== 'sim'
    ? `bug ${name} lives in the simulated disk: use --world sim`
    : null;
}
