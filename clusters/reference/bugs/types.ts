import type { Setting } from '../../types.ts';

/** A defect that the store can be given on purpose: proof that what it breaks is seen. */
export interface Bug {
  readonly name: string;
  /** What the store does then. */
  readonly title: string;
  /** The anomaly under which it must be found. */
  readonly expected: string;
  readonly strategy: 'single-leader' | 'multi-leader' | 'leaderless' | 'raft' | 'partitioned';
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
    readonly keys?: number;
    readonly concurrency?: number;
    readonly operationTimeout?: number;
    /** How often faults come, and for how long, in seconds. */
    readonly faultEvery?: number;
    readonly faultFor?: number;
  };
}

/** A defect of Raft that walks without a clock show, by the promise of Raft's that it breaks. */
export interface WalkedBug {
  readonly name: string;
  readonly title: string;
  readonly expected: 'election-safety' | 'log-matching' | 'leader-completeness' | 'state-machine-safety';
  readonly strategy: 'raft';
  readonly walk: { readonly preVote: boolean; readonly snapshotEvery: number };
}
