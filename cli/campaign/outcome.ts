import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../../results/atomic-write.ts';
import type { Trend } from '../../results/trends/trend.ts';
import { campaignAnnotations } from './annotations.ts';
import { campaignPage } from './index-page.ts';
import { campaignJunit } from './junit.ts';
import type { Regressions } from './regressions.ts';
import { campaignMarkdown, type CampaignResults, type CampaignTimings } from './summary.ts';

export interface CampaignOutcome {
  readonly results: CampaignResults;
  readonly timings: CampaignTimings;
  /** Null without a baseline. */
  readonly regressions: Regressions | null;
  /** Null where there are no nights before. */
  readonly trend: Trend | null;
}

/** Writes what people and CI servers read of a campaign into its directory. */
export async function writeOutcome(
  directory: string,
  { results, timings, regressions, trend }: CampaignOutcome,
): Promise<void> {
  const write = (name: string, text: string) => writeAtomically(join(directory, name), text);
  const json = (value: unknown) => `${JSON.stringify(value, null, 1)}\n`;
  const keys = results.cells.flatMap((cell) => cell.runs.map(({ key }) => key));
  const reports = new Set(keys.filter((key) => existsSync(join(directory, 'runs', key, 'report.html'))));
  await write('results.json', json(results));
  await write('timings.json', json(timings));
  if (regressions !== null) await write('changes.json', json(regressions));
  await write('summary.md', campaignMarkdown(results, regressions));
  await write('junit.xml', campaignJunit(results, timings.rows));
  await write('annotations.txt', campaignAnnotations(results, regressions));
  await write('index.html', campaignPage(results, regressions, reports, trend));
}
