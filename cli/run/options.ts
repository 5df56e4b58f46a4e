import type { Argv } from 'yargs';
import type { RunRequest } from './config.ts';
import { parseSetting } from './settings.ts';
import { CLUSTERS } from '../../clusters/registry.ts';
import type { Setting } from '../../clusters/types.ts';
import { UsageError } from '../usage.ts';
import type { World } from '../../harness/hosts/types.ts';

/** The options that say what a run is: of `run`, and in campaigns. */
export function runOptions(yargs: Argv) {
  return (
    yargs
      // Elsewhere that is Alibi's own.
      .version(false)
      .option('version', {
        type: 'string',
        describe: 'of the database, where there are several: as --set version=… (postgres: 17, 18)',
      })
      .positional('cluster', {
        type: 'string',
        describe: 'cluster, or cluster:configuration',
      })
      .option('world', { choices: ['process', 'docker', 'sim'] as const, describe: 'where the nodes live' })
      .option('workload', { type: 'string', describe: 'what the clients do' })
      .option('nemesis', { type: 'string', describe: 'faults, several by comma: family:target[:option]' })
      .option('timetable', {
        type: 'string',
        describe: 'faults with times of their own, several by comma: fault@FROM..TO, in seconds of the load',
      })
      .option('time', { type: 'number', describe: 'seconds of load [20]' })
      .option('rate', {
        type: 'number',
        describe: 'operations a second over all clients; 0 = closed loop [300]',
      })
      .option('concurrency', { type: 'number', describe: 'clients [10]' })
      .option('image', {
        type: 'string',
        describe:
          'docker: an image of the database to run from instead of ours (a layer of ours goes on top)',
      })
      .option('nodes', { type: 'number', describe: "nodes [3, or the configuration's]" })
      .option('keys', { type: 'number', describe: 'keys in use at a time [5]' })
      .option('transaction-size', {
        type: 'number',
        describe: 'micro-operations of a random transaction, at most [4]',
      })
      .option('seed', { type: 'string', describe: 'the seed that everything random comes from [1]' })
      .option('set', { type: 'string', array: true, describe: 'a setting of the cluster, name=value' })
      .option('consistency', {
        type: 'string',
        describe: "hold it to these guarantees, several by comma [the configuration's claim]",
      })
      .option('fault-every', { type: 'number', describe: 'seconds from one round of faults to the next' })
      .option('fault-for', { type: 'number', describe: 'seconds that a fault is held' })
      .option('operation-timeout', {
        type: 'number',
        describe: 'seconds that the harness waits for one operation [2]',
      })
  );
}

/** What {@link runOptions} parses to. */
export interface RunArguments {
  readonly cluster: string;
  readonly world?: World | undefined;
  readonly workload?: string | undefined;
  readonly nemesis?: string | undefined;
  readonly timetable?: string | undefined;
  readonly time?: number | undefined;
  readonly rate?: number | undefined;
  readonly concurrency?: number | undefined;
  readonly nodes?: number | undefined;
  readonly version?: string | undefined;
  readonly image?: string | undefined;
  readonly keys?: number | undefined;
  readonly transactionSize?: number | undefined;
  readonly seed?: string | undefined;
  readonly set?: readonly string[] | undefined;
  readonly consistency?: string | undefined;
  readonly faultEvery?: number | undefined;
  readonly faultFor?: number | undefined;
  readonly operationTimeout?: number | undefined;
}

/** The request that the arguments make. @throws UsageError for numbers out of range. */
export function requestOf(args: RunArguments): RunRequest {
  const [cluster, configuration, ...more] = args.cluster.split(':');
  if (more.length > 0) throw new UsageError(`"${args.cluster}": write cluster:configuration`);
  const positive = [
    'time',
    'concurrency',
    'nodes',
    'keys',
    'transactionSize',
    'faultEvery',
    'faultFor',
    'operationTimeout',
  ] as const;
  for (const name of positive) requireNumber(name, args[name], 0, false);
  requireNumber('rate', args.rate, 0, true);
  for (const name of ['concurrency', 'nodes', 'keys', 'transactionSize'] as const)
    if (args[name] !== undefined && !Number.isInteger(args[name]))
      throw new UsageError(`${flagOf(name)} takes a whole number`);
  const given = {
    configuration,
    world: args.world,
    workload: args.workload,
    nemesis: args.nemesis,
    timetable: args.timetable,
    time: args.time,
    rate: args.rate,
    concurrency: args.concurrency,
    nodes: args.nodes,
    image: args.image,
    keys: args.keys,
    transactionSize: args.transactionSize,
    seed: args.seed,
    consistency: args.consistency?.split(',').map((name) => name.trim()),
    faultEvery: args.faultEvery,
    faultFor: args.faultFor,
    operationTimeout: args.operationTimeout,
    settings: settingsOf(cluster, args),
  };
  const present = Object.entries(given).filter(([, value]) => value !== undefined);
  return { cluster, ...Object.fromEntries(present) };
}

function settingsOf(
  cluster: string,
  { set, version }: RunArguments,
): Readonly<Record<string, Setting>> | undefined {
  const named = set && Object.fromEntries(set.map(parseSetting));
  if (version === undefined) return named;
  if (named !== undefined && 'version' in named)
    throw new UsageError(`--version ${version} and --set version=${named.version}: name it once`);
  const known = CLUSTERS.get(cluster);
  if (known !== undefined && !known.settings.some(({ name }) => name === 'version'))
    throw new UsageError(
      `--version ${version}: ${cluster} comes in one version, that of its package; --image takes another (alibi --version tells Alibi’s own)`,
    );
  return { ...named, ...Object.fromEntries([parseSetting(`version=${version}`)]) };
}

const flagOf = (name: string): string => `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;

function requireNumber(name: string, value: number | undefined, least: number, inclusive: boolean): void {
  if (value === undefined) return;
  if (!Number.isFinite(value) || value < least || (!inclusive && value === least))
    throw new UsageError(
      `${flagOf(name)} takes a number ${inclusive ? 'of at least' : 'greater than'} ${least}`,
    );
}

/** Seeds of `A..B` (inclusive), as strings. @throws UsageError */
export function parseSeeds(text: string): string[] {
  const match = /^(\d+)\.\.(\d+)$/.exec(text);
  if (!match) throw new UsageError(`--seeds ${text}: write it as FIRST..LAST, such as 1..10`);
  const [first, last] = [BigInt(match[1]), BigInt(match[2])];
  if (last < first) throw new UsageError(`--seeds ${text}: the last comes before the first`);
  if (last - first >= 100_000n)
    throw new UsageError(`--seeds ${text}: more than 100000 seeds; use a campaign`);
  return Array.from({ length: Number(last - first) + 1 }, (_, i) => String(first + BigInt(i)));
}
