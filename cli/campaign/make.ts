import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Clock } from '../../harness/runtime/types.ts';
import { wallClock } from '../../harness/runtime/wall.ts';
import type { NightRow } from '../../results/trends/nights.ts';
import { trendOf } from '../../results/trends/trend.ts';
import { realRuntime } from '../../harness/runtime/real.ts';
import { tell } from '../output.ts';
import { onInterrupt } from '../run/interrupt.ts';
import { openCampaign } from './directory.ts';
import { planCampaign } from './matrix.ts';
import { writeOutcome } from './outcome.ts';
import type { Regressions } from './regressions.ts';
import { makeRuns, type CampaignProgress } from './runner.ts';
import { readCampaign } from './schema.ts';
import { campaignResults, campaignTimings, type CampaignResults } from './summary.ts';

export interface MakeCampaignOptions {
  readonly directory: string;
  readonly jobs: number;
  /** Go on with what lies in the directory. */
  readonly resume: boolean;
  /** What to say against earlier runs; absent: nothing. */
  readonly against?: (results: CampaignResults) => Regressions | null;
  /** Earlier campaigns to draw a trend with, the oldest first: those of the same name count. */
  readonly nights?: readonly NightRow[];
}

export interface MadeCampaign {
  readonly results: CampaignResults;
  readonly regressions: Regressions | null;
}

/** The campaign's name: its own, or its file's. */
export function campaignName(path: string, name: string | undefined): string {
  return name ?? basename(path).replace(/\.ya?ml$/, '');
}

/** Makes a campaign's runs and writes its directory. @throws UsageError when the file or the directory will not do. */
export async function makeCampaign(path: string, options: MakeCampaignOptions): Promise<MadeCampaign> {
  const { directory, jobs, resume, against = () => null, nights = [] } = options;
  const file = readCampaign(path);
  const cells = planCampaign(file);
  const name = campaignName(path, file.name);
  await openCampaign(directory, { name, text: readFileSync(path, 'utf8'), cells }, resume);
  const interrupt = onInterrupt('ending the runs that are under way, then --resume goes on');
  const { clock } = realRuntime('campaign');
  const rows = await makeRuns({
    ...{ file, cells, directory, jobs, clock },
    interrupt: interrupt.signal,
    progress: progressOf(clock),
  });
  interrupt.release();
  const results = campaignResults(name, cells, rows);
  const regressions = against(results);
  const before = nights.filter((night) => night.name === name);
  const trend = trendOf([...before, { name, startedAt: wallClock(), cells: results.cells }]);
  await writeOutcome(directory, { results, timings: campaignTimings(rows), regressions, trend });
  return { results, regressions };
}

/** A line a run, with an estimate of what is left. */
function progressOf(clock: Clock): (progress: CampaignProgress) => void {
  const began = clock.now();
  let made = 0;
  return ({ done, total, row, cell }) => {
    made++;
    const left = ((clock.now() - began) / made) * (total - done);
    const place = `${cell.configuration} ${cell.workload} ${cell.faults} seed ${row.seed}`;
    tell(`${done}/${total}  ${row.outcome.padEnd(12)} ${place}  (about ${Math.ceil(left / 60e9)} min left)`);
  };
}
