import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readRunDirectory } from '../run-directory.ts';
import { nightOf, type JudgedCell, type Night } from './findings.ts';

/** A baseline cannot be read. One sentence for the user. */
export class BaselineError extends Error {}

const anomaly = z.object({ name: z.string(), status: z.string(), certain: z.boolean() });
/** What is needed of a campaign's results.json. */
const campaign = z.object({
  version: z.literal(1),
  cells: z.array(
    z.object({
      configuration: z.string(),
      workload: z.string(),
      faults: z.string(),
      runs: z.array(z.object({ outcome: z.string(), anomalies: z.array(anomaly) })),
    }),
  ),
});

/** The cells of a campaign's results.json. @throws ZodError when it is none. */
export function campaignCells(content: unknown): JudgedCell[] {
  return campaign.parse(content).cells;
}

/**
 * What earlier runs found: of a run directory, a campaign directory, a campaign's results.json, or a directory that
 * holds some of these (nights), whose runs are then taken together.
 * @throws BaselineError when there is nothing of the kind.
 */
export async function readBaseline(path: string): Promise<Night> {
  return nightOf(await cellsAt(path));
}

async function cellsAt(path: string): Promise<JudgedCell[]> {
  const kind = await stat(path).catch(() => null);
  if (kind === null) throw new BaselineError(`There is no baseline ${path}`);
  if (kind.isFile()) return cellsOfFile(path);
  const own = await cellsOfDirectory(path);
  if (own !== null) return own;
  const entries = await readdir(path, { withFileTypes: true });
  const nights = entries.filter((entry) => entry.isDirectory()).map((entry) => join(path, entry.name));
  const cells: JudgedCell[] = [];
  let found = 0;
  for (const night of nights.sort()) {
    const one = await cellsOfDirectory(night);
    if (one === null) continue;
    found++;
    cells.push(...one);
  }
  if (found === 0)
    throw new BaselineError(`${path} holds neither a run, nor a campaign, nor directories of these`);
  return cells;
}

/** Null when the directory is neither a run's nor a campaign's. */
async function cellsOfDirectory(path: string): Promise<JudgedCell[] | null> {
  const has = (name: string) =>
    stat(join(path, name)).then(
      () => true,
      () => false,
    );
  if (await has('campaign.json')) {
    if (await has('results.json')) return cellsOfFile(join(path, 'results.json'));
    throw new BaselineError(`The campaign in ${path} has no results.json: it did not come to its end`);
  }
  if (!(await has('run.json'))) return null;
  const { meta, results } = await readRunDirectory(path);
  if (results === null) throw new BaselineError(`The run in ${path} was never judged: alibi check ${path}`);
  return [
    {
      configuration: `${meta.cluster}:${meta.configuration}`,
      workload: meta.workload,
      faults: meta.nemesis.join(',') || 'none',
      runs: [results],
    },
  ];
}

async function cellsOfFile(path: string): Promise<JudgedCell[]> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new BaselineError(`${path} is not JSON: ${(error as Error).message}`);
  }
  const parsed = campaign.safeParse(content);
  if (parsed.success) return parsed.data.cells;
  const [issue] = parsed.error.issues;
  throw new BaselineError(
    `${path} is not a campaign's results.json: ${issue.path.join('.') || '(whole)'}: ${issue.message}`,
  );
}
