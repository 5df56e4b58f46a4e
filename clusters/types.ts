import type { Cluster, Port } from '../harness/cluster.ts';
import type { Host, Log, World } from '../harness/hosts/types.ts';
import type { Runtime } from '../harness/runtime/types.ts';

/**
 * What a configuration promises, with the source of that promise. Findings under faults within `tolerates` violate
 * the claim; under others they are outside it. `faults` are families; `'*'` = any. `howMany` nodes at once at most.
 */
export interface Claim {
  readonly guarantee: readonly string[];
  readonly operations: string;
  readonly reads: string;
  readonly tolerates: { readonly faults: readonly string[]; readonly howMany: number };
  readonly source: string;
}

export type Setting = string | number | boolean;

/** A setting of a cluster: its own option, checked before anything starts. Unlisted ones go to the database's config where it takes them. */
export interface SettingDefinition {
  readonly name: string;
  readonly title: string;
  readonly values?: readonly Setting[];
  readonly type: 'string' | 'number' | 'boolean';
  readonly default: Setting;
}

export interface Configuration {
  readonly name: string;
  readonly title: string;
  readonly settings: Readonly<Record<string, Setting>>;
  /** The claim under the final settings (a user may have changed `reads` with --set); `port`: of what clients are to do. */
  readonly claim: (settings: Readonly<Record<string, Setting>>, port?: Port) => Claim;
  readonly nodes?: number;
}

/** What a cluster in memory needs: no host, and no name of the run, which must leave no trace in its history. */
export interface SimulatedContext {
  readonly nodes: readonly string[];
  readonly settings: Readonly<Record<string, Setting>>;
  readonly runtime: Runtime;
  readonly log: Log;
}

export interface ClusterContext extends SimulatedContext {
  readonly runId: string;
  readonly world: World;
  readonly host: Host;
}

export interface ClusterDefinition {
  readonly name: string;
  readonly title: string;
  /** The first is the default. */
  readonly worlds: readonly World[];
  readonly ports: readonly Port[];
  /** Why it has no client for a port for which somebody may look, or for a workload of one that it has; by name. */
  readonly lacks?: Readonly<Partial<Record<string, string>>>;
  /** The first is the default. */
  readonly configurations: readonly Configuration[];
  readonly settings: readonly SettingDefinition[];
  /** `--set` may hand the database settings that are not listed: why not this one, or null. Absent: none may be. */
  readonly refusesSetting?: (name: string) => string | null;
  /** Configuration files of the database that a user may bring (alibi.yaml), read into settings; rejects with the line. */
  readonly files?: Readonly<Record<string, (text: string) => Readonly<Record<string, Setting>>>>;
  /**
   * Which fault families can never reach it in a world, and why: checked before anything starts. `port`: what the run
   * asks of it; null where that is not known, and then only what holds of every port is refused.
   * `target`: the fault's own, where that is known.
   */
  readonly refuses: (
    family: string,
    world: World,
    settings: Readonly<Record<string, Setting>>,
    port: Port | null,
    target?: string,
  ) => string | null;
  /** Why these settings cannot be had together in that world, on so many nodes, or null: checked before anything starts. */
  readonly conflict?: (
    settings: Readonly<Record<string, Setting>>,
    world: World,
    nodes: number,
  ) => string | null;
  /** Why a client port makes no sense under these settings, or null: checked before anything starts. */
  readonly refusesPort?: (port: Port, settings: Readonly<Record<string, Setting>>) => string | null;
  /** Is data split between the nodes, so that none holds a copy of all of it? Absent: every node does. */
  readonly split?: (settings: Readonly<Record<string, Setting>>) => boolean;
  /** Images it needs in the Docker world. */
  readonly images?: readonly string[];
  readonly create: (context: ClusterContext) => Cluster;
  /** The cluster in virtual time; there exactly when `worlds` has `sim`. */
  readonly simulate?: (context: SimulatedContext) => Cluster;
}

export function defineCluster(definition: ClusterDefinition): ClusterDefinition {
  return definition;
}
