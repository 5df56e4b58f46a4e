import { resolve } from 'node:path';
import { EXIT_CODES, worstOf } from '../../results/outcome.ts';
import { runId } from '../../results/run-directory.ts';
import { wallClock } from '../../harness/runtime/wall.ts';
import { runSummary } from '../../results/verdict-table.ts';
import type { FinishedRun } from '../check/finish.ts';
import { defineCommand } from '../command.ts';
import { tell, writeJson, writeLines } from '../output.ts';
import { Lab } from '../lab/pool.ts';
import { resolveRun, type ResolvedRun, type RunRequest } from '../run/config.ts';
import { applyOwnConfiguration } from '../run/alibi-yaml.ts';
import { executeRun, type ExecutedRun, type KeptCluster } from '../run/execute.ts';
import { onInterrupt } from '../run/interrupt.ts';
import { parseSeeds, requestOf, runOptions } from '../run/options.ts';
import { makeTwin, twinOf } from '../run/twin.ts';
import { progressPrinter } from '../run/progress.ts';
import { readScenario, runOf } from '../scenario/scenario.ts';
import { missed, passes, swarm, swarmText } from '../swarm/swarm.ts';
import { UsageError } from '../usage.ts';
import { whole } from './zoo.ts';
import { withBug } from '../zoo/specimen.ts';

/** Options of whoever makes runs, besides what the run is. */
export interface MakeOptions {
  readonly out: string | undefined;
  readonly keepCluster: boolean;
  readonly logLevel: string;
  readonly json: boolean;
  /** Make the twin's run beside it. */
  readonly twin?: boolean;
  /** Say of violations while the run goes on. */
  readonly online?: boolean;
}

export const runCommand = defineCommand({
  usage: 'run [cluster]',
  title: 'Run a cluster, break it, judge its history',
  options: (yargs) =>
    runOptions(yargs)
      .option('scenario', {
        type: 'string',
        describe: 'a scenario.json instead of a cluster: these operations and faults, at these times',
        conflicts: ['cluster', 'seed', 'seeds', 'bug', 'workload', 'nemesis'],
      })
      .option('bug', {
        type: 'string',
        describe: 'reference: with this defect, as its profile shows it best (alibi list bugs)',
      })
      .option('seeds', { type: 'string', describe: 'several runs: seeds FIRST..LAST', conflicts: 'seed' })
      .option('swarm', {
        type: 'boolean',
        default: false,
        describe:
          'with --seeds, simulated: each seed draws faults and options within what the claim tolerates',
      })
      .option('jobs', { type: 'number', default: 2, describe: 'with --swarm: runs at a time' })
      .option('until', {
        choices: ['violation'] as const,
        describe: 'with --seeds: stop at the first violation',
      })
      .option('out', { type: 'string', describe: 'the run directory [runs/<id>]' })
      .option('keep-cluster', { type: 'boolean', default: false, describe: 'leave the cluster running' })
      .option('online', {
        type: 'boolean',
        default: false,
        describe:
          'judge while the run goes on: announce violations within a second (workloads register, session, set)',
      })
      .option('twin', {
        type: 'boolean',
        default: false,
        describe:
          'a real database: simulate the reference store’s model of it too, under the same seed (RUN/twin)',
      })
      .option('log-level', { choices: ['debug', 'info', 'warn', 'error'] as const, default: 'info' as const })
      .option('json', { type: 'boolean', default: false, describe: 'one JSON document on stdout' }),
  run: async (args) => {
    if (args.until !== undefined && args.seeds === undefined)
      throw new UsageError('--until goes with --seeds');
    const make: MakeOptions = {
      out: args.out,
      keepCluster: args.keepCluster,
      logLevel: args.logLevel,
      json: args.json,
      online: args.online,
      twin: args.twin,
    };
    if (args.scenario !== undefined) return makeOne(runOf(readScenario(args.scenario)), make);
    const { cluster } = args;
    if (cluster === undefined) throw new UsageError('Name a cluster (alibi list clusters), or a --scenario');
    const asked = requestOf({ ...args, cluster });
    if (args.bug !== undefined && asked.cluster !== 'reference')
      throw new UsageError(
        `--bug ${args.bug}: only the reference store can be given bugs, not ${asked.cluster}`,
      );
    const request = applyOwnConfiguration(
      args.bug === undefined ? asked : withBug(args.bug, asked),
      process.cwd(),
    );
    if (args.keepCluster && args.seeds !== undefined)
      throw new UsageError('--keep-cluster keeps one cluster: name one --seed');
    if (args.swarm && args.seeds === undefined)
      throw new UsageError('--swarm goes with --seeds FIRST..LAST: each seed is a draw');
    if (args.seeds === undefined) return makeOne(resolveRun(request), make);
    const seeds = parseSeeds(args.seeds);
    if (args.swarm) return makeSwarm(request, seeds, args.jobs, args.json);
    return makeSeveral(
      seeds.map((seed) => resolveRun({ ...request, seed })),
      make,
      args.until === 'violation',
    );
  },
});

/** Makes one run and says what came out. Resolves with the exit code. */
export async function makeOne(run: ResolvedRun, options: MakeOptions): Promise<number> {
  if (options.keepCluster && run.config.world === 'sim')
    throw new UsageError(
      '--keep-cluster: a simulated cluster ends with its run; take --world process or docker',
    );
  const finished = await make(run, options, options.out);
  if (options.json) await writeJson(finished.document);
  else
    await writeLines([
      runSummary(finished.document),
      `report: ${resolve(finished.directory, 'report.html')}`,
    ]);
  if (finished.kept !== null) {
    tell(`kept: config, data and credentials of the nodes in ${resolve(finished.directory, 'nodes')}`);
    await hold(finished.kept, run.config.world);
  }
  return EXIT_CODES[finished.document.outcome];
}

/** Tells where a kept cluster is. Links between processes go through this one, so that it must stay for them. */
async function hold(cluster: KeptCluster, world: string): Promise<void> {
  for (const address of cluster.addresses) tell(`kept: ${address}`);
  if (world !== 'process') return tell('alibi clean ends the cluster');
  tell('the links between its nodes go through this process: Ctrl-C ends the cluster');
  const interrupt = onInterrupt('ending the cluster');
  await new Promise((resolve) => interrupt.signal.addEventListener('abort', resolve, { once: true }));
  await cluster.end();
  interrupt.release();
}

/** Nothing is kept of its runs: the summary has the command of every one that is worth another look. */
async function makeSwarm(
  request: RunRequest,
  seeds: readonly string[],
  jobs: number,
  json: boolean,
): Promise<number> {
  if (request.cluster !== 'reference' || (request.world ?? 'sim') !== 'sim')
    throw new UsageError('--swarm is for the reference store in the simulated world');
  const lab = new Lab(whole('--jobs', jobs));
  try {
    const swarmed = await swarm(request, seeds, lab);
    if (json) await writeJson({ version: 1, ...swarmed, neverReached: missed(swarmed) });
    else await writeLines(swarmText(swarmed));
    return swarmed.outcomes.violation ? 1 : passes(swarmed) ? 0 : 2;
  } finally {
    lab.close();
  }
}

/** Makes a run a seed; every one is reported, none retried. */
async function makeSeveral(
  runs: readonly ResolvedRun[],
  options: MakeOptions,
  untilViolation: boolean,
): Promise<number> {
  const finished: FinishedRun[] = [];
  for (const run of runs) {
    const out = options.out === undefined ? undefined : `${options.out}/seed-${run.config.seed}`;
    const one = await make(run, options, out);
    finished.push(one);
    if (!options.json)
      await writeLines([`seed ${run.config.seed}: ${runSummary(one.document)}`, `  ${one.directory}`]);
    if (untilViolation && one.document.outcome === 'violation') break;
  }
  const outcome = worstOf(finished.map((one) => one.document.outcome));
  if (options.json) await writeJson({ version: 1, outcome, runs: finished.map((one) => one.document) });
  else await writeLines([`${finished.length} of ${runs.length} seeds: ${tally(finished)}`]);
  return EXIT_CODES[outcome];
}

function tally(finished: readonly FinishedRun[]): string {
  const counts = new Map<string, number>();
  for (const { document } of finished) counts.set(document.outcome, (counts.get(document.outcome) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
}

async function make(run: ResolvedRun, options: MakeOptions, out: string | undefined): Promise<ExecutedRun> {
  const { config } = run;
  const id = runId(wallClock(), `${config.cluster}-${config.configuration}-${config.workload}`, config.seed);
  const directory = resolve(out ?? `runs/${id}`);
  const twin = options.twin === true ? twinOf(config) : null;
  tell(
    `${config.cluster}:${config.configuration} in the ${config.world} world, workload ${config.workload}, ` +
      `${config.nemesis === '' ? 'no faults' : config.nemesis}, ${config.time} s, seed ${config.seed}`,
  );
  const interrupt = onInterrupt();
  const printer = progressPrinter();
  try {
    return await executeRun(run, {
      directory,
      id,
      latest: out === undefined,
      keepCluster: options.keepCluster,
      logLevel: options.logLevel,
      interrupt: interrupt.signal,
      progress: printer.show,
      report: 'always',
      // Before the run: its report shows both.
      ...(twin === null ? {} : { opened: () => makeTwin(twin, directory) }),
      ...(options.online === true ? { announce: tell } : {}),
    });
  } finally {
    printer.done();
    interrupt.release();
  }
}
