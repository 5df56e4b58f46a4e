import type { Cluster, Port, Settled } from '../cluster.ts';
import type { Generator, Operation } from '../generator/types.ts';
import type { Log } from '../hosts/types.ts';
import type { FaultBegin, FaultEnd, Phase } from '../history/fault.ts';
import type { HistorySink } from '../history/sink.ts';
import type { Runtime } from '../runtime/types.ts';

/**
 * The nemesis as the runner sees it: operations `fault` (value: the fault's text) begin a fault, `heal` (value:
 * null = every open one, or a fault's text) lifts it. Both become events of the history.
 */
export interface Nemesis {
  invoke(operation: Operation): Promise<readonly NemesisEvent[]>;
  /** Lifts whatever is in place; called once before quiescence, and again on every way out. */
  healAll(): Promise<readonly NemesisEvent[]>;
}

export type NemesisEvent =
  { readonly f: 'fault'; readonly value: FaultBegin } | { readonly f: 'heal'; readonly value: FaultEnd };

export interface RunInput {
  readonly cluster: Cluster;
  readonly port: Port;
  /** Client threads. */
  readonly concurrency: number;
  /** Harness-side bound on one operation, connecting included, ms; one that exceeds it is `info`, a `read` is `fail`. */
  readonly operationTimeoutMs: number;
  /** Operations before the fault schedule begins, ms; main follows without a pause. */
  readonly warmUpMs: number;
  /** Clients and nemesis, ms. */
  readonly mainMs: number;
  /** Deadline of quiescence, ms. */
  readonly settleMs: number;
  /** Endless client operations, for warm-up and main. */
  readonly clients: Generator;
  /** Nemesis operations, or null for a run without faults. */
  readonly faults: { readonly nemesis: Nemesis; readonly schedule: Generator } | null;
  /** Reads after quiescence, or null. */
  readonly final: Generator | null;
  readonly sink: HistorySink;
  readonly runtime: Runtime;
  readonly log: Log;
  /** Aborted by the first Ctrl-C: stop the clients, heal, skip to the end, judge what was recorded. */
  readonly interrupt: AbortSignal;
  readonly progress: (progress: Progress) => void;
  /** Where the nodes' logs go; null: nobody wants them. */
  readonly logsDirectory: string | null;
  /** Leave the cluster running at the end (`--keep-cluster`). */
  readonly keep: boolean;
}

export interface Progress {
  readonly phase: Phase;
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
  /** Operations completed in the last second. */
  readonly rate: number;
  /** Faults in place, as the user wrote them. */
  readonly faults: readonly string[];
}

/** What became of a run: never thrown. An `error` says in which phase (and node, if known) it broke. */
export interface RunSummary {
  readonly completed: boolean;
  readonly interrupted: boolean;
  readonly error: { readonly phase: Phase; readonly message: string } | null;
  /** Errors of heal, log collection and tear-down: reported, never costing the verdict. */
  readonly complaints: readonly string[];
  readonly settled: Settled | null;
  /** Versions of packages, images and servers, asked once the cluster was up. */
  readonly versions: Readonly<Record<string, string>>;
  /** Each node's clock minus true time at the start, ms; empty where clocks cannot be read. */
  readonly clockOffsetsMs: Readonly<Record<string, number>>;
}
