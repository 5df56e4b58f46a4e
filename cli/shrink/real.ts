import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readHistory } from '../../harness/history/reader.ts';
import type { StoredRun } from '../../results/run-directory.ts';
import { executeRun, type ExecuteOptions } from '../run/execute.ts';
import { scriptOf } from '../scenario/record.ts';
import { scriptedRun } from '../scenario/scenario.ts';
import { storedRun } from '../scenario/stored.ts';
import { UsageError } from '../usage.ts';
import { namedBy } from './held.ts';
import { shrinkSchedule, type ScheduleGoal, type ShrunkSchedule } from './schedule.ts';

export interface RealShrinking extends ScheduleGoal {
  /** Where a run with the smallest schedule goes; must not be there. */
  readonly out: string;
  readonly execute: Omit<ExecuteOptions, 'directory' | 'id' | 'latest' | 'report'>;
  readonly progress: (text: string) => void;
}

/**
 * The smallest fault schedule of a real run that still shows the anomaly in `hits` of `tries` runs; of the runs made on
 * the way one with that schedule is kept, in `out`.
 * @throws UsageError when the whole schedule does not show it so often.
 */
export async function shrinkReal(stored: StoredRun, options: RealShrinking): Promise<ShrunkSchedule> {
  const run = storedRun(stored);
  const { history } = await readHistory(stored.historyPath);
  const script = run.script ?? scriptOf(run, history);
  const attempts = `${options.out}-tries`;
  if (existsSync(attempts))
    throw new UsageError(`${attempts} is there already: remove it, or name another --out`);
  let count = 0;
  try {
    const shrunk = await shrinkSchedule(script.faults, options, async (faults) => {
      const nemesis = namedBy(run.config.nemesis, faults);
      const directory = join(attempts, String(++count));
      const candidate = {
        ...scriptedRun({ ...run.config, nemesis }, { ...script, faults }),
        claim: run.claim,
      };
      const { document } = await executeRun(candidate, {
        ...options.execute,
        ...{ directory, id: `${stored.meta.id}-shrunk`, latest: false, report: 'unless-valid' },
      });
      if (options.execute.interrupt.aborted)
        throw new UsageError('interrupted: nothing is kept of the tries');
      const violations = document.anomalies.filter(({ status }) => status === 'violation');
      const found = violations.map(({ name }) => name);
      options.progress(
        `run ${count}, ${faults.filter(({ f }) => f === 'fault').length} faults: ${found.join(', ') || document.outcome}`,
      );
      return { directory, found };
    });
    if (shrunk === null)
      throw new UsageError(
        `with all its faults ${options.anomaly} does not come back in ${options.hits} of ${options.tries} runs: ` +
          'ask for less (--again 1/5), or shrink its history instead (without --schedule)',
      );
    await rename(shrunk.directory, options.out);
    return { ...shrunk, directory: options.out };
  } finally {
    await rm(attempts, { recursive: true, force: true });
  }
}
