import { runConfigSchema, resolveRun, type ResolvedRun, type RunConfig } from './config.ts';
import { wallClock } from '../../harness/runtime/wall.ts';
import type { RunSummary } from '../../harness/runner/types.ts';
import { environment, RUN_VERSION, type RunMeta } from '../../results/run-meta.ts';
import { version } from '../version.ts';
import { RunDirectoryError } from '../../results/run-directory.ts';

type Described = Pick<
  RunMeta,
  | 'cluster'
  | 'configuration'
  | 'world'
  | 'workload'
  | 'nemesis'
  | 'seed'
  | 'nodes'
  | 'settings'
  | 'options'
  | 'claims'
>;

/** What run.json says of a run's configuration. */
export function describeRun({ config, claim, nodeNames, faults }: ResolvedRun): Described {
  const { cluster, configuration, world, workload, seed, settings } = config;
  const {
    time,
    rate,
    concurrency,
    faultEvery,
    faultFor,
    operationTimeout,
    keys,
    transactionSize,
    consistency,
    timetable,
    image,
  } = config;
  return {
    cluster,
    configuration,
    world,
    workload,
    nemesis: faults.map((fault) => fault.text),
    seed,
    nodes: [...nodeNames],
    settings,
    options: {
      time,
      rate,
      concurrency,
      faultEvery,
      faultFor,
      operationTimeout,
      keys,
      transactionSize,
      consistency: consistency.join(','),
      ...(timetable === undefined ? {} : { timetable }),
      ...(image === undefined ? {} : { image }),
    },
    claims: [
      {
        ...claim,
        guarantee: [...claim.guarantee],
        tolerates: { ...claim.tolerates, faults: [...claim.tolerates.faults] },
      },
    ],
  };
}

/** A run's run.json as it stands before anything has happened. */
export function metaOf(run: ResolvedRun, id: string): RunMeta {
  return {
    version: RUN_VERSION,
    id,
    alibi: version(),
    startedAt: wallClock(),
    ...describeRun(run),
    versions: {},
    clockOffsetsMs: {},
    environment: environment(),
    command: run.script ? 'alibi run --scenario scenario.json' : commandOf(run.config),
  };
}

/** What a run's end adds to its run.json. `image`: what nodes ran from instead of ours. */
export function endOf({ versions, clockOffsetsMs, error }: RunSummary, image?: string): Partial<RunMeta> {
  // A cluster names the images that it would have had.
  const ran = Object.entries(versions).filter(([name]) => image === undefined || !name.startsWith('image:'));
  return {
    endedAt: wallClock(),
    versions: { ...Object.fromEntries(ran), ...(image === undefined ? {} : { image }) },
    clockOffsetsMs: { ...clockOffsetsMs },
    ...(error === null ? {} : { error: `${error.phase}: ${error.message}` }),
  };
}

/** The run that run.json describes, to be made again. @throws RunDirectoryError, UsageError */
export function resolvedFrom(meta: RunMeta): ResolvedRun {
  const { cluster, configuration, world, workload, seed, settings, options } = meta;
  const parsed = runConfigSchema.safeParse({
    ...{ cluster, configuration, world, workload, seed, settings },
    ...options,
    consistency: String(options['consistency'] ?? '')
      .split(',')
      .filter(Boolean),
    nemesis: meta.nemesis.join(','),
    nodes: meta.nodes.length,
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new RunDirectoryError(`run.json of ${meta.id}: ${issue.path.join('.')}: ${issue.message}`);
  }
  const [claim] = meta.claims;
  return resolveRun({ ...parsed.data, claim });
}

/** The command line that makes a run of this configuration. */
export function commandOf(config: RunConfig): string {
  const faults =
    config.timetable !== undefined
      ? [`--timetable ${quoted(config.timetable)}`]
      : config.nemesis === ''
        ? []
        : [
            `--nemesis ${quoted(config.nemesis)}`,
            `--fault-every ${config.faultEvery}`,
            `--fault-for ${config.faultFor}`,
          ];
  const words = [
    `alibi run ${config.cluster}:${config.configuration}`,
    `--world ${config.world}`,
    `--workload ${config.workload}`,
    ...faults,
    `--time ${config.time} --rate ${config.rate} --concurrency ${config.concurrency} --nodes ${config.nodes}`,
    `--keys ${config.keys} --transaction-size ${config.transactionSize} --operation-timeout ${config.operationTimeout} --seed ${quoted(config.seed)}`,
    ...(config.consistency.length === 0 ? [] : [`--consistency ${config.consistency.join(',')}`]),
    ...(config.image === undefined ? [] : [`--image ${quoted(config.image)}`]),
    ...Object.entries(config.settings).map(([name, value]) => `--set ${quoted(`${name}=${value}`)}`),
  ];
  return words.join(' ');
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return /^[\w.,:=+/@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
