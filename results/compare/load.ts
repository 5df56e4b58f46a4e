import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ResultDocument } from '../document.ts';
import { OUTCOMES } from '../outcome.ts';
import { historyIn, RunDirectoryError } from '../run-directory.ts';
import { parseRunMeta, type RunMeta } from '../run-meta.ts';
import { tampering } from '../seal.ts';
import { hasTwin, twinDirectory } from '../twin.ts';
import type { ComparedRun } from './run.ts';

const results = z.looseObject({
  version: z.literal(1),
  outcome: z.enum(OUTCOMES),
  anomalies: z.array(z.unknown()),
});
const campaign = z.object({
  cells: z.array(z.object({ configuration: z.string(), runs: z.array(z.object({ key: z.string() })) })),
});

/**
 * The runs at a path: a run directory, a campaign's (its runs under the names that the campaign gives its
 * configurations), or a directory of run directories. Histories are not needed, only verdicts.
 * @throws RunDirectoryError when there are none.
 */
export async function loadRuns(path: string): Promise<ComparedRun[]> {
  if (existsSync(join(path, 'run.json'))) return withTwin(path);
  if (existsSync(join(path, 'campaign.json'))) return loadCampaign(path);
  const entries = await readdir(path, { withFileTypes: true }).catch(() => null);
  if (entries === null) throw new RunDirectoryError(`There is no run or campaign ${path}.`);
  const runs = entries.filter((e) => e.isDirectory() && existsSync(join(path, e.name, 'run.json')));
  if (runs.length === 0)
    throw new RunDirectoryError(`${path} holds neither a run, nor a campaign, nor directories of runs.`);
  return (await Promise.all(runs.map((entry) => withTwin(join(path, entry.name))))).flat();
}

/** A run, and its twin's where there is one. */
async function withTwin(path: string): Promise<ComparedRun[]> {
  const run = await loadRun(path, null);
  return hasTwin(path) ? [run, await loadRun(twinDirectory(path), null)] : [run];
}

/** Runs that were planned and not made (a budget, an interruption) are left out. */
async function loadCampaign(path: string): Promise<ComparedRun[]> {
  const { cells } = parsed(join(path, 'campaign.json'), campaign, await json(join(path, 'campaign.json')));
  const made = cells.flatMap(({ configuration, runs }) =>
    runs
      .map(({ key }) => ({ configuration, directory: join(path, 'runs', key) }))
      .filter(({ directory }) => existsSync(join(directory, 'results.json'))),
  );
  return Promise.all(made.map(({ configuration, directory }) => loadRun(directory, configuration)));
}

async function loadRun(directory: string, name: string | null): Promise<ComparedRun> {
  const path = join(directory, 'results.json');
  if (!existsSync(path))
    throw new RunDirectoryError(`The run in ${directory} was never judged: alibi check ${directory}`);
  const document = parsed(path, results, await json(path)) as unknown as ResultDocument;
  let meta: RunMeta;
  try {
    meta = parseRunMeta(await json(join(directory, 'run.json')));
  } catch (error) {
    throw new RunDirectoryError(
      `${join(directory, 'run.json')} cannot be used: ${(error as Error).message}.`,
    );
  }
  const doubts = await doubtsOf(directory, meta);
  return { configuration: name ?? nameOf(meta), meta, document: doubted(document, doubts), doubts };
}

/** Campaigns need not keep histories: where there is none, nobody can have changed it. */
async function doubtsOf(directory: string, meta: RunMeta): Promise<string[]> {
  const historyPath = await historyIn(directory);
  const found = historyPath === null ? [] : await tampering({ meta, historyPath });
  return found.map((doubt) => `${directory}: ${doubt}`);
}

/** A verdict on another history than the one that is there now proves no innocence. */
function doubted(document: ResultDocument, doubts: readonly string[]): ResultDocument {
  return doubts.length > 0 && document.outcome === 'valid'
    ? { ...document, outcome: 'inconclusive', reasons: [...doubts, ...document.reasons] }
    : document;
}

/** `cluster:configuration`, with what was set besides. */
function nameOf({ cluster, configuration, settings }: RunMeta): string {
  const set = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  return [`${cluster}:${configuration}`, ...set].join(' ');
}

async function json(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new RunDirectoryError(`${path} cannot be read: ${(error as Error).message}.`);
  }
}

function parsed<T>(path: string, schema: z.ZodType<T>, content: unknown): T {
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new RunDirectoryError(
    `${path} cannot be used: its field ${issue.path.join('.') || '(whole)'} is wrong.`,
  );
}
