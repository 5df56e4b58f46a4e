import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { linkAtomically, writeAtomically } from './atomic-write.ts';
import type { ResultDocument } from './document.ts';
import { OUTCOMES } from './outcome.ts';
import { parseRunMeta, RUN_VERSION, type RunMeta } from './run-meta.ts';

/** Where everything of a run lies. The paths of files exist as names before the files do. */
export class RunPaths {
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }
  get meta(): string {
    return join(this.path, 'run.json');
  }
  get history(): string {
    return join(this.path, 'history.jsonl');
  }
  get results(): string {
    return join(this.path, 'results.json');
  }
  get report(): string {
    return join(this.path, 'report.html');
  }
  /** What a run by a scenario did, in full. */
  get scenario(): string {
    return join(this.path, 'scenario.json');
  }
  get harnessLog(): string {
    return join(this.path, 'harness.log');
  }
  /** Holds a directory a node. */
  get logs(): string {
    return join(this.path, 'logs');
  }
}

/** A run directory that is being written. */
export class RunDirectory extends RunPaths {
  #meta: RunMeta;
  constructor(path: string, meta: RunMeta) {
    super(path);
    this.#meta = meta;
  }
  get runMeta(): RunMeta {
    return this.#meta;
  }
  /** Replaces fields of `run.json`: versions once the servers answer, the end, an error. */
  async update(fields: Partial<Omit<RunMeta, 'version' | 'id'>>): Promise<void> {
    this.#meta = { ...this.#meta, ...fields };
    await writeAtomically(this.meta, json(this.#meta));
  }
  async writeResults(document: ResultDocument): Promise<void> {
    await writeResults(this.path, document);
  }
}

/** A directory cannot be made or read as a run's. The message is one sentence for the user. */
export class RunDirectoryError extends Error {}

/** A name for a run that sorts by time, e.g. `20261122T010258-postgres-async-7`. */
export function runId(startedAt: string, subject: string, seed: string): string {
  const stamp = startedAt.replace(/[-:]/g, '').replace(/\..*$/, '').replace('Z', '');
  return `${stamp}-${`${subject}-${seed}`.replace(/[^\w.-]+/g, '-')}`;
}

/**
 * Makes a run directory with its `run.json`, before anything runs.
 * @param options.latest also point the link `latest` beside it at it: for runs in the default place.
 * @throws RunDirectoryError when the directory is not empty or cannot be made.
 */
export async function createRunDirectory(
  path: string,
  meta: Omit<RunMeta, 'version'>,
  options: { readonly latest?: boolean } = {},
): Promise<RunDirectory> {
  await makeEmpty(path);
  const run = new RunDirectory(path, { version: RUN_VERSION, ...meta });
  await mkdir(run.logs);
  await writeAtomically(run.meta, json(run.runMeta));
  if (options.latest) await linkAtomically(basename(path), join(dirname(path), 'latest'));
  return run;
}

async function makeEmpty(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    if ((await readdir(path)).length === 0) return;
  } catch (error) {
    throw new RunDirectoryError(`Cannot make the run directory ${path}: ${reason(error)}.`);
  }
  throw new RunDirectoryError(`${path} is not empty: name a new directory, or leave --out away.`);
}

/** A run as found on disk, finished or not. */
export interface StoredRun {
  readonly paths: RunPaths;
  readonly meta: RunMeta;
  /** The history's file, plain or gzipped in place. */
  readonly historyPath: string;
  /** The last verdict, null when the run was never judged: the harness was killed, or still runs. */
  readonly results: ResultDocument | null;
  /** Collected log files by node, absolute paths. */
  readonly logs: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads a run directory of this or any older version; one that a killed harness left behind too.
 * @throws RunDirectoryError saying in one sentence why it is none.
 */
export async function readRunDirectory(path: string): Promise<StoredRun> {
  const paths = new RunPaths(path);
  const meta = await readMeta(paths);
  return {
    paths,
    meta,
    historyPath: await findHistory(paths),
    results: await readResults(paths),
    logs: await findLogs(paths),
  };
}

/** Replaces the verdict of a run: for `alibi check` of a run that was judged by an older release, or never. */
export async function writeResults(path: string, document: ResultDocument): Promise<void> {
  await writeAtomically(new RunPaths(path).results, json(document));
}

async function readMeta(paths: RunPaths): Promise<RunMeta> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(paths.meta, 'utf8'));
  } catch (error) {
    if (!(await isDirectory(paths.path)))
      throw new RunDirectoryError(`There is no run directory ${paths.path}.`);
    if (isMissing(error))
      throw new RunDirectoryError(`${paths.path} is not a run directory: it has no run.json.`);
    throw new RunDirectoryError(`${paths.meta} cannot be read: ${reason(error)}.`);
  }
  try {
    return parseRunMeta(content);
  } catch (error) {
    throw new RunDirectoryError(`${paths.meta} cannot be used: ${reason(error)}.`);
  }
}

/** The history's file, plain or gzipped in place; null when there is none. */
export async function historyIn(path: string): Promise<string | null> {
  const { history } = new RunPaths(path);
  for (const candidate of [history, `${history}.gz`]) if (await exists(candidate)) return candidate;
  return null;
}

async function findHistory(paths: RunPaths): Promise<string> {
  const found = await historyIn(paths.path);
  if (found !== null) return found;
  throw new RunDirectoryError(
    `${paths.path} has no history.jsonl: the run ended before its first operation, so there is nothing to judge.`,
  );
}

/** Results are derived from the history, so results that cannot be read are results that are not there. */
async function readResults(paths: RunPaths): Promise<ResultDocument | null> {
  try {
    const document = JSON.parse(await readFile(paths.results, 'utf8')) as Partial<ResultDocument>;
    if (document.version !== 1 || !OUTCOMES.includes(document.outcome as never)) return null;
    return document as ResultDocument;
  } catch {
    return null;
  }
}

async function findLogs(paths: RunPaths): Promise<Map<string, string[]>> {
  const logs = new Map<string, string[]>();
  const nodes = await readdir(paths.logs, { withFileTypes: true }).catch(() => []);
  for (const node of nodes
    .filter((entry) => entry.isDirectory())
    .sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const files = await readdir(join(paths.logs, node.name), { withFileTypes: true });
    logs.set(
      node.name,
      files
        .filter((f) => f.isFile())
        .map((f) => join(paths.logs, node.name, f.name))
        .sort(),
    );
  }
  return logs;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (s) => s.isDirectory(),
    () => false,
  );

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
}
