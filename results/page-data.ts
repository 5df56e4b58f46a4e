import type { Json } from '../harness/history/event.ts';
import type { FaultWindow, PhaseMark } from '../harness/history/fault.ts';
import type { CheckSummary, JudgedAnomaly } from './document.ts';
import type { Drawing } from './drawing.ts';
import type { Outcome } from './outcome.ts';

/** What a configuration promised, as the report words it. */
export interface ReportClaim {
  readonly guarantee: readonly string[];
  readonly operations: string;
  readonly reads: string;
  readonly tolerates: { readonly faults: readonly string[]; readonly howMany: number };
  readonly source: string;
}

/** A command to copy, and what it is for. */
export interface ReportCommand {
  readonly title: string;
  readonly command: string;
}

/** One log file of one node: its end, and what it says around the moments that matter. */
export interface ReportLog {
  readonly node: string;
  readonly file: string;
  readonly text: string;
  /** Lines with the time (ns of the run, about) at which the node wrote them. */
  readonly around?: readonly LogLine[];
}

export interface LogLine {
  readonly time: number;
  readonly text: string;
}

/**
 * Samples of one gauge: times in ns, ascending, and values in the unit that its name says (`lag-bytes:n2`); null parts
 * what came before from what came after: nothing is known of the time between.
 */
export interface Gauge {
  readonly name: string;
  readonly time: readonly number[];
  readonly value: readonly (number | null)[];
}

/** The nodes that took writes, by the database's own view, from a moment (ns) on. */
export interface Roles {
  readonly time: number;
  readonly primaries: readonly string[];
}

/** A run of the reference store that models this one's configuration, made under the same seed. */
export interface Twin {
  /** `cluster:configuration` */
  readonly configuration: string;
  readonly command: string;
  /** What is compared, here and there. */
  readonly rows: readonly (readonly [label: string, here: string, there: string])[];
}

/** Everything in a report but the history's operations: what the page shows first, embedded as JSON. */
export interface PageData {
  readonly title: string;
  /** Further identification, e.g. the run's name and when it began. */
  readonly subtitle: string;
  readonly outcome: Outcome;
  readonly reasons: readonly string[];
  /** Null for a bare file: then `asked` says what it was judged by. */
  readonly claim: ReportClaim | null;
  readonly asked: readonly string[];
  /** In order of weight. */
  readonly anomalies: readonly JudgedAnomaly[];
  /** By position in `anomalies`: the graph of its evidence, null where there is none. */
  readonly drawings: readonly (Drawing | null)[];
  readonly checks: readonly CheckSummary[];
  /** The strongest models that were tried and not refuted. */
  readonly strongest?: readonly string[];
  readonly faults: readonly FaultWindow[];
  readonly phases: readonly PhaseMark[];
  readonly gauges: readonly Gauge[];
  /** Empty for a bare file. */
  readonly nodes: readonly string[];
  readonly roles: readonly Roles[];
  readonly config: { readonly [section: string]: { readonly [name: string]: Json } };
  readonly commands: readonly ReportCommand[];
  readonly logs: readonly ReportLog[];
  readonly twin: Twin | null;
  readonly counts: Counts;
}

/** Operations of the history by outcome; `open` never completed and are indeterminate like `info`. */
export interface Counts {
  readonly events: number;
  readonly operations: number;
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
  readonly open: number;
}
