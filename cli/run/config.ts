import { z } from 'zod';
import { CLUSTERS } from '../../clusters/registry.ts';
import type { Claim, ClusterDefinition, Configuration, Setting } from '../../clusters/types.ts';
import type { World } from '../../harness/hosts/types.ts';
import { FAULTS } from '../../nemesis/registry.ts';
import { BadFault, parseFaults } from '../../nemesis/spec.ts';
import { parseTimetable, stepText, type Step } from '../../nemesis/timetable.ts';
import type { FaultSpec } from '../../nemesis/types.ts';
import { WORKLOADS } from '../../workloads/registry.ts';
import type { Workload } from '../../workloads/types.ts';
import { DoesNotFit, lookup, suggestion, UsageError } from '../usage.ts';
import { parseConsistency } from '../check/promise.ts';
import type { Script } from '../scenario/scenario.ts';
import { resolveSettings } from './settings.ts';

const setting = z.union([z.string(), z.number(), z.boolean()]);

/** Everything that determines a run, as it stands in run.json; times in seconds as on the command line. */
export const runConfigSchema = z.strictObject({
  cluster: z.string(),
  configuration: z.string(),
  world: z.enum(['process', 'docker', 'sim']),
  workload: z.string(),
  /** Faults, several by comma; empty for none. */
  nemesis: z.string(),
  time: z.number().positive(),
  /** Operations a second over all clients (open loop); 0 = closed loop, as fast as they answer. */
  rate: z.number().nonnegative(),
  concurrency: z.int().positive(),
  nodes: z.int().positive(),
  /** A string: seeds beyond 2^53 must survive. */
  seed: z.string(),
  settings: z.record(z.string(), setting),
  faultEvery: z.number().positive(),
  faultFor: z.number().positive(),
  operationTimeout: z.number().positive(),
  keys: z.int().positive(),
  /** Micro-operations of a random transaction: 1 … this. */
  transactionSize: z.int().positive().default(4),
  /** Guarantees to hold the run to instead of the configuration's claim; empty = the claim. */
  consistency: z.array(z.string()).readonly().default([]),
  /** Docker: the image that nodes run from instead of ours. */
  image: z.string().min(1).optional(),
  /** Faults with times of their own, `fault@FROM..TO` in seconds, several by comma; absent: rounds of the nemesis. */
  timetable: z.string().optional(),
});

export type RunConfig = z.infer<typeof runConfigSchema>;

/** A configuration whose every name has been found and whose every part fits the others. */
export interface ResolvedRun {
  readonly config: RunConfig;
  readonly cluster: ClusterDefinition;
  readonly configuration: Configuration;
  readonly workload: Workload;
  readonly faults: readonly FaultSpec[];
  readonly settings: Readonly<Record<string, Setting>>;
  readonly claim: Claim;
  readonly nodeNames: readonly string[];
  /** Operations and faults by name, instead of those that workload and schedule generate. */
  readonly script?: Script;
}

/** What a user may leave out. */
export type RunRequest = Partial<Omit<RunConfig, 'cluster'>> & {
  readonly cluster: string;
  /** A claim of the user's own, instead of the configuration's. */
  readonly claim?: Claim;
};

/**
 * Fills in defaults and checks everything before anything starts.
 * @throws UsageError for unknown names (with the nearest valid ones) and for parts that do not fit.
 */
export function resolveRun(request: RunRequest): ResolvedRun {
  const cluster = lookup('cluster', request.cluster, CLUSTERS);
  const configurations = new Map(cluster.configurations.map((c) => [c.name, c]));
  const configuration =
    request.configuration === undefined
      ? cluster.configurations[0]
      : lookup(`configuration of ${cluster.name}`, request.configuration, configurations);
  const world = worldOf(cluster, request.world);
  const workload = lookup('workload', request.workload ?? defaultWorkload(cluster), WORKLOADS);
  const unserved = cluster.lacks?.[workload.name];
  if (unserved !== undefined)
    throw new DoesNotFit(`Workload ${workload.name} cannot be run against ${cluster.name}: ${unserved}`);
  if (!cluster.ports.includes(workload.port)) {
    const why = cluster.lacks?.[workload.port];
    throw new DoesNotFit(
      `Workload ${workload.name} needs the client port "${workload.port}", which ${cluster.name} does not have` +
        `${why === undefined ? '' : `: ${why}`} (it has: ${cluster.ports.join(', ')}); see alibi list matrix`,
    );
  }
  const settings = resolveSettings(cluster, configuration, request.settings ?? {});
  const refusedPort = cluster.refusesPort?.(workload.port, settings) ?? null;
  if (refusedPort !== null)
    throw new DoesNotFit(
      `Workload ${workload.name} makes no sense on ${cluster.name}:${configuration.name}: ${refusedPort}`,
    );
  if (request.image !== undefined && world !== 'docker')
    throw new UsageError(`--image ${request.image}: only containers have images: take --world docker`);
  const nodes = request.nodes ?? configuration.nodes ?? 3;
  const conflict = cluster.conflict?.(settings, world, nodes) ?? null;
  if (conflict !== null) throw new UsageError(`${cluster.name} cannot be run so: ${conflict}`);
  const nodeNames = Array.from({ length: nodes }, (_, i) => `n${i + 1}`);
  const steps = request.timetable === undefined ? null : timetableOf(request.timetable);
  const named = steps === null ? undefined : [...new Set(steps.map(({ fault }) => fault))].join(',');
  if (named !== undefined && (request.nemesis ?? named) !== named)
    throw new UsageError('A timetable names its own faults: leave --nemesis away');
  const faults = faultsOf(named ?? request.nemesis ?? '', nodeNames);
  for (const fault of faults) {
    const refused =
      unreachable(fault, world) ??
      cluster.refuses(reachOf(fault), world, settings, workload.port, fault.target);
    if (refused !== null)
      throw new DoesNotFit(
        `Fault ${fault.text} cannot reach ${cluster.name} in the ${world} world: ${refused}`,
      );
  }
  const time = request.time ?? 20;
  const faultFor = request.faultFor ?? Math.min(3, time / 5);
  const config: RunConfig = {
    cluster: cluster.name,
    configuration: configuration.name,
    world,
    workload: workload.name,
    nemesis: faults.map((fault) => fault.text).join(','),
    time,
    rate: request.rate ?? 300,
    concurrency: request.concurrency ?? 10,
    nodes,
    seed: request.seed ?? '1',
    settings: request.settings ?? {},
    faultEvery: request.faultEvery ?? Math.max(8, 2 * faultFor + 2),
    faultFor,
    operationTimeout: request.operationTimeout ?? 2,
    keys: request.keys ?? 5,
    transactionSize: request.transactionSize ?? 4,
    consistency: request.consistency ?? [],
    ...(request.image === undefined ? {} : { image: request.image }),
    ...(request.timetable === undefined ? {} : { timetable: request.timetable }),
  };
  if (steps === null) checkTimes(config);
  else checkSteps(steps, time);
  return {
    config,
    cluster,
    configuration,
    workload,
    faults,
    settings,
    claim: request.claim ?? askedOf(config) ?? configuration.claim(settings, workload.port),
    nodeNames,
  };
}

/** What a world cannot do to any cluster. */
function unreachable({ family, option }: FaultSpec, world: World): string | null {
  if (world !== 'sim' && (family === 'duplicate' || family === 'reorder'))
    return 'TCP neither doubles nor reorders what it carries: take --world sim';
  if (world === 'docker') return null;
  if (world === 'sim')
    return family === 'partition' && option === 'syn'
      ? 'messages have no connections in simulation: take --world docker'
      : null;
  if (FAULTS.get(family)?.needsDisk === true)
    return 'only a container has a disk of its own: take --world docker';
  if (family === 'loss' || (family === 'partition' && option === 'syn'))
    return 'single packets are dropped by a firewall: take --world docker';
  return null;
}

function reachOf({ family }: FaultSpec): string {
  return FAULTS.get(family)?.reachesAs ?? family;
}

/** What `--consistency` asks: exactly these guarantees, whatever fault is dealt. */
function askedOf({ consistency, nodes }: RunConfig): Claim | null {
  if (consistency.length === 0) return null;
  return {
    guarantee: parseConsistency(consistency.join(',')).guarantee,
    operations: 'all',
    reads: 'as configured',
    tolerates: { faults: ['*'], howMany: nodes },
    source: 'asked for by --consistency',
  };
}

function worldOf(cluster: ClusterDefinition, asked: World | undefined): World {
  const world = asked ?? cluster.worlds[0];
  if (!cluster.worlds.includes(world))
    throw new DoesNotFit(
      `${cluster.name} does not run in the ${world} world; it runs in: ${cluster.worlds.join(', ')}`,
    );
  return world;
}

function defaultWorkload(cluster: ClusterDefinition): string {
  const first = [...WORKLOADS.values()].find((workload) => cluster.ports.includes(workload.port));
  if (!first) throw new UsageError(`No workload has a client for ${cluster.name}`);
  return first.name;
}

function faultsOf(text: string, nodes: readonly string[]): FaultSpec[] {
  try {
    const faults = parseFaults(text, FAULTS, nodes);
    const twice = faults.find((fault, i) => faults.findIndex((other) => other.text === fault.text) !== i);
    if (twice) throw new UsageError(`Fault ${twice.text} is named twice`);
    return faults;
  } catch (error) {
    if (!(error instanceof BadFault)) throw error;
    const family = /^Unknown fault "([^"]*)"/.exec(error.message)?.[1];
    throw new UsageError(
      family === undefined
        ? error.message
        : `Unknown fault "${family}"; ${suggestion(family, FAULTS.keys())}`,
    );
  }
}

function timetableOf(text: string): Step[] {
  try {
    return parseTimetable(text);
  } catch (error) {
    if (error instanceof BadFault) throw new UsageError(error.message);
    throw error;
  }
}

function checkSteps(steps: readonly Step[], time: number): void {
  const late = steps.find(({ to }) => to >= time);
  if (late)
    throw new UsageError(
      `${stepText(late)} in the timetable is not over before the load ends, at ${time} s: give it more time`,
    );
}

function checkTimes(config: RunConfig): void {
  if (config.nemesis === '') return;
  if (config.faultFor >= config.faultEvery)
    throw new UsageError(
      `--fault-for ${config.faultFor} leaves no time between faults of --fault-every ${config.faultEvery}; hold them for less`,
    );
  const { firstMs, lastMs } = faultSpan(config);
  if (firstMs >= lastMs)
    throw new UsageError(
      `--time ${config.time} has no room for a fault of ${config.faultFor} s with quiet before and after; ` +
        `use --time ${Math.ceil(2 * config.faultFor + 4)} or more`,
    );
}

/** When faults may begin, ms after the clients: some quiet first, and after the last heal as well. */
export function faultSpan(config: RunConfig): { readonly firstMs: number; readonly lastMs: number } {
  return {
    firstMs: Math.min(2, config.time / 5) * 1000,
    lastMs: (config.time - config.faultFor - Math.min(2, config.time / 5)) * 1000,
  };
}
