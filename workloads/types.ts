import type { Generator } from '../harness/generator/types.ts';
import type { Json } from '../harness/history/event.ts';
import type { Port } from '../harness/cluster.ts';

export interface WorkloadContext {
  readonly nodes: readonly string[];
  /** Nodes of which each holds a copy of everything: none where data is split between them. */
  readonly copies: readonly string[];
  readonly concurrency: number;
  /** Operations a second over all clients (open loop), or null for a closed loop. */
  readonly rate: number | null;
  readonly keys: number;
  /** Micro-operations of a random transaction: 1 … this. */
  readonly transactionSize: number;
}

/** A workload: which operations, through which port, judged by which checkers. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly port: Port;
  /** Names of checkers, the one that matters most first. */
  readonly checkers: readonly string[];
  /** The sequential model for the linearizability checker, if it is among them. */
  readonly model?: string;
  /** Operations of the main phase, endless: the runner bounds them in time. */
  readonly main: (context: WorkloadContext) => Generator;
  /** Reads after quiescence, given the keys that were used, in order of first use; absent = none needed. */
  readonly final?: (context: WorkloadContext, keys: readonly Json[]) => Generator;
}

export function defineWorkload(workload: Workload): Workload {
  return workload;
}
