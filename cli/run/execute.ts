import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { faultSpan, type ResolvedRun } from './config.ts';
import { commandOf, describeRun } from './describe.ts';
import { openLog } from './log.ts';
import { KeysUsed, lazily } from './keys-used.ts';
import { openWorld } from './open-world.ts';
import { requireWorld } from './world.ts';
import type { WorkloadContext } from '../../workloads/types.ts';
import type { Generator } from '../../harness/generator/types.ts';
import { judgeAndReport, type FinishedRun, type ReportWhen } from '../check/finish.ts';
import { runCluster } from '../../harness/runner/run.ts';
import type { Progress } from '../../harness/runner/types.ts';
import { openHistoryWriter } from '../../harness/history/writer.ts';
import { wallClock } from '../../harness/runtime/wall.ts';
import { FAULTS } from '../../nemesis/registry.ts';
import { FaultNemesis } from '../../nemesis/nemesis.ts';
import { planFaults, scheduleOf } from '../../nemesis/schedule.ts';
import { environment } from '../../results/run-meta.ts';
import { createRunDirectory, type RunDirectory } from '../../results/run-directory.ts';
import { version } from '../version.ts';

export interface ExecuteOptions {
  /** The run directory; made, must be empty. */
  readonly directory: string;
  readonly id: string;
  /** Point the `latest` link at it. */
  readonly latest: boolean;
  readonly keepCluster: boolean;
  readonly logLevel: string;
  readonly interrupt: AbortSignal;
  readonly progress: (progress: Progress) => void;
  /** When the page is worth its time: campaigns of thousands of runs read only those that are not valid. */
  readonly report: ReportWhen;
}

/** How long a database may take to come back and catch up after the last heal, ms. */
const SETTLE_MS = 30_000;
const WARM_UP_MS = 1000;

/** Makes the run: provisions, breaks, records, judges, reports; everything stays in the run directory. */
export async function executeRun(run: ResolvedRun, options: ExecuteOptions): Promise<FinishedRun> {
  await requireWorld(run);
  const directory = await openDirectory(run, options);
  const log = openLog(directory.harnessLog, options.logLevel);
  const world = await openWorld(run, { runId: options.id, directory: join(directory.path, 'nodes'), log });
  const { runtime, cluster } = world;
  try {
    const keys = new KeysUsed(openHistoryWriter(directory.history, world.historyTimer, world.header));
    const context = {
      nodes: run.nodeNames,
      concurrency: run.config.concurrency,
      rate: run.config.rate === 0 ? null : run.config.rate,
      keys: run.config.keys,
    };
    const plan = planFaults(run.faults, schedule(run), runtime.random);
    const input = {
      cluster,
      port: run.workload.port,
      concurrency: run.config.concurrency,
      operationTimeoutMs: run.config.operationTimeout * 1000,
      warmUpMs: WARM_UP_MS,
      mainMs: run.config.time * 1000,
      settleMs: SETTLE_MS,
      clients: run.workload.main(context),
      faults:
        run.faults.length === 0
          ? null
          : {
              nemesis: new FaultNemesis(run.faults, FAULTS, cluster, runtime, log),
              schedule: scheduleOf(plan),
            },
      final: finalReads(run, context, keys),
      sink: keys,
      runtime,
      log,
      interrupt: options.interrupt,
      progress: options.progress,
      logsDirectory: directory.logs,
      keep: options.keepCluster,
    };
    const summary = await world.drive(() => runCluster(input));
    await keys.close();
    for (const complaint of summary.complaints) log.warn({}, complaint);
    const error = summary.error === null ? undefined : `${summary.error.phase}: ${summary.error.message}`;
    await directory.update({
      endedAt: wallClock(),
      versions: { ...summary.versions },
      clockOffsetsMs: { ...summary.clockOffsetsMs },
      ...(error === undefined ? {} : { error }),
    });
    return await judgeAndReport(directory.path, { report: options.report });
  } finally {
    if (!options.keepCluster) {
      await world.close();
      // Data directories are of no use without their servers; logs were collected.
      await rm(join(directory.path, 'nodes'), { recursive: true, force: true });
    }
  }
}

function finalReads(run: ResolvedRun, context: WorkloadContext, keys: KeysUsed): Generator | null {
  const final = run.workload.final;
  return final === undefined ? null : lazily(() => final(context, keys.used()));
}

function schedule({ config }: ResolvedRun) {
  return { everyMs: config.faultEvery * 1000, forMs: config.faultFor * 1000, ...faultSpan(config) };
}

async function openDirectory(run: ResolvedRun, options: ExecuteOptions): Promise<RunDirectory> {
  return createRunDirectory(
    options.directory,
    {
      id: options.id,
      alibi: version(),
      startedAt: wallClock(),
      ...describeRun(run),
      versions: {},
      clockOffsetsMs: {},
      environment: environment(),
      command: commandOf(run.config),
    },
    { latest: options.latest },
  );
}
