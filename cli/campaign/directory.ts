import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { cleanDocker } from '../../harness/hosts/docker/clean.ts';
import { dockerAvailable } from '../../harness/hosts/docker/engine.ts';
import { cleanProcesses } from '../../harness/hosts/process/clean.ts';
import { isAlive, self } from '../../harness/hosts/process/proc.ts';
import { wallClock } from '../../harness/runtime/wall.ts';
import { writeAtomically } from '../../results/atomic-write.ts';
import { UsageError } from '../usage.ts';
import { version } from '../version.ts';
import type { Cell } from './matrix.ts';

export interface CampaignPlan {
  readonly name: string;
  /** The campaign file's text. */
  readonly text: string;
  readonly cells: readonly Cell[];
}

/** How workers of the campaign in a directory are labelled: `alibi clean` ends those whose campaign was killed. */
export function campaignLabel(directory: string): string {
  return `campaign ${directory}`;
}

/**
 * Makes the campaign's directory with its campaign.json, or enters it again to resume: what a killed campaign and its
 * workers left running is ended first, since two may not make the same run.
 * @throws UsageError when the directory holds something else, or a campaign that is under way.
 */
export async function openCampaign(directory: string, plan: CampaignPlan, resume: boolean): Promise<void> {
  const record = join(directory, 'campaign.json');
  if (existsSync(record) && !resume)
    throw new UsageError(`${directory} holds a campaign already: use --resume, or name another --out`);
  if (!resume && existsSync(directory) && readdirSync(directory).length > 0)
    throw new UsageError(`${directory} is not empty: name a new directory with --out`);
  mkdirSync(join(directory, 'runs'), { recursive: true });
  own(directory);
  if (resume) await endLeftovers(directory, plan.cells);
  const document = {
    version: 1,
    name: plan.name,
    alibi: version(),
    startedAt: wallClock(),
    file: plan.text,
    cells: plan.cells.map(({ runs, ...cell }) => ({
      ...cell,
      runs: runs.map(({ key, config }) => ({ key, seed: config.seed })),
    })),
  };
  await writeAtomically(record, `${JSON.stringify(document, null, 1)}\n`);
}

const owner = z.object({ pid: z.number(), start: z.number() });

/** Says whose the directory is. @throws UsageError when that is another living process. */
function own(directory: string): void {
  const path = join(directory, 'owner.json');
  const other = existsSync(path) ? readOwner(path) : null;
  if (other && other.pid !== process.pid && isAlive(other))
    throw new UsageError(`Process ${other.pid} is making the campaign in ${directory}: let it end first`);
  writeFileSync(path, JSON.stringify(self()));
}

/** Null when it was killed while it wrote: then it is dead. */
function readOwner(path: string): z.infer<typeof owner> | null {
  try {
    return owner.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

/** Workers first: one that is not done dying could still start servers. */
async function endLeftovers(directory: string, cells: readonly Cell[]): Promise<void> {
  await cleanProcesses({ runId: campaignLabel(directory) });
  const docker = cells.some((cell) => cell.runs.some((run) => run.config.world === 'docker'));
  const engine = docker && (await dockerAvailable()) === true;
  for (const runId of halfDone(directory)) {
    await cleanProcesses({ runId });
    if (engine) await cleanDocker({ run: runId });
  }
}

/** Names of the runs that were under way: those with a run.json and no row. */
function halfDone(directory: string): string[] {
  const runs = join(directory, 'runs');
  return readdirSync(runs).flatMap((key) => {
    const path = join(runs, key, 'run.json');
    if (!existsSync(path) || existsSync(join(runs, key, 'row.json'))) return [];
    return /"id": "([^"]+)"/.exec(readFileSync(path, 'utf8'))?.[1] ?? [];
  });
}
