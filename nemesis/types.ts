import type { Cluster } from '../harness/cluster.ts';
import type { FaultBegin, FaultEnd } from '../harness/history/fault.ts';
import type { Link } from '../harness/hosts/types.ts';
import type { Random } from '../harness/runtime/types.ts';
import type { Clock } from '../harness/runtime/types.ts';

/** A fault as parsed from `family:target[:option]`. */
export interface FaultSpec {
  readonly family: string;
  readonly target: string;
  readonly option: string | null;
  /** As the user wrote it. */
  readonly text: string;
}

export interface FaultContext {
  readonly cluster: Cluster;
  /** The family's own stream: removing one fault does not reshuffle the others. */
  readonly random: Random;
  readonly clock: Clock;
}

/** A fault that is in place. `heal` lifts it and says whether the database felt it. */
export interface Injection {
  readonly targets: readonly string[];
  /** Seen in place by a probe that shares nothing with the injection. */
  readonly reached: boolean;
  readonly evidence: string;
  /** The links between nodes that it touches. */
  readonly links?: readonly Link[];
  /** Clocks as measured, before and after. */
  readonly offsets?: FaultBegin['offsets'];
  heal(): Promise<Omit<FaultEnd, 'id'>>;
}

export interface FaultFamily {
  readonly name: string;
  readonly title: string;
  /** Every accepted form, e.g. `partition:primary`; `<…>` stands for the user's own word. */
  readonly forms: readonly string[];
  /** Does it need nodes with disks of their own? */
  readonly needsDisk?: boolean;
  /** Reaches whatever that family reaches: a cluster that refuses that one refuses this one. */
  readonly reachesAs?: string;
  /** Why this spec is wrong, or null. */
  readonly validate: (spec: FaultSpec, nodes: readonly string[]) => string | null;
  /** Injects, probes and resolves once the fault is in place. */
  readonly inject: (spec: FaultSpec, context: FaultContext) => Promise<Injection>;
}

export function defineFault(family: FaultFamily): FaultFamily {
  return family;
}
