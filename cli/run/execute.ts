import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResolvedRun } from './config.ts';
import { endOf, metaOf } from './describe.ts';
import { openLog } from './log.ts';
import { inputOf } from './input.ts';
import { KeysUsed } from './keys-used.ts';
import { WatchedHistory } from './online.ts';
import { openWorld } from './open-world.ts';
import { scenarioOf, scenarioText } from '../scenario/scenario.ts';
import { writeAtomically } from '../../results/atomic-write.ts';
import { requireWorld } from './world.ts';
import { judgeAndReport, type FinishedRun, type ReportWhen } from '../check/finish.ts';
import { runCluster } from '../../harness/runner/run.ts';
import type { Progress } from '../../harness/runner/types.ts';
import { openHistoryWriter } from '../../harness/history/writer.ts';
import { historyDigest } from '../../results/seal.ts';
import { createRunDirectory } from '../../results/run-directory.ts';

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
  /** Called once the run directory is there. */
  readonly opened?: () => Promise<void>;
  /** Where to announce violations while the run goes on; absent: they are told at the end. */
  readonly announce?: (line: string) => void;
}

/** A cluster that outlives its run. */
export interface KeptCluster {
  readonly addresses: readonly string[];
  end(): Promise<void>;
}

export interface ExecutedRun extends FinishedRun {
  /** Only with `keepCluster`. */
  readonly kept: KeptCluster | null;
}

/** What the run is held to: what the user asked for, or else the claim. */
function guaranteesOf({ config, claim }: ResolvedRun): readonly string[] {
  return config.consistency.length > 0 ? config.consistency : claim.guarantee;
}

/** Makes the run: provisions, breaks, records, judges, reports; everything stays in the run directory. */
export async function executeRun(run: ResolvedRun, options: ExecuteOptions): Promise<ExecutedRun> {
  await requireWorld(run);
  const directory = await createRunDirectory(options.directory, metaOf(run, options.id), {
    latest: options.latest,
  });
  await options.opened?.();
  if (run.script) {
    const scenario = scenarioOf(run.config, run.script, null);
    await writeAtomically(directory.scenario, scenarioText(scenario));
  }
  const log = openLog(directory.harnessLog, options.logLevel);
  const world = await openWorld(run, { runId: options.id, directory: join(directory.path, 'nodes'), log });
  const end = async (): Promise<void> => {
    await world.close();
    // Data directories are of no use without their servers; logs were collected.
    await rm(join(directory.path, 'nodes'), { recursive: true, force: true });
  };
  let kept: KeptCluster | null = null;
  try {
    const file = openHistoryWriter(directory.history, world.historyTimer, world.header);
    const watched =
      options.announce === undefined
        ? file
        : new WatchedHistory(file, run.workload, guaranteesOf(run), options.announce);
    const keys = new KeysUsed(watched);
    const input = inputOf(run, world, keys, {
      log,
      interrupt: options.interrupt,
      progress: options.progress,
      logsDirectory: directory.logs,
      keep: options.keepCluster,
    });
    const summary = await world.drive(() => runCluster(input));
    await keys.close();
    for (const complaint of summary.complaints) log.warn({}, complaint);
    await directory.update({
      ...endOf(summary, run.config.image),
      historySha256: await historyDigest(directory.history),
    });
    const finished = await judgeAndReport(directory.path, { report: options.report });
    if (options.keepCluster) kept = { addresses: world.addresses(), end };
    return { ...finished, kept };
  } finally {
    // A run that broke before its verdict keeps nothing: nobody would be told where it is.
    if (kept === null) await end();
  }
}
