// A worker process of a campaign: makes the runs its parent sends, one at a time, and answers with their rows.
import { setMaxListeners } from 'node:events';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stopwatch } from '../../harness/runtime/wall.ts';
import { gzipInPlace } from '../../harness/history/writer.ts';
import { RunPaths } from '../../results/run-directory.ts';
import type { ResultDocument } from '../../results/document.ts';
import type { Outcome } from '../../results/outcome.ts';
import { resolveRun, type RunRequest } from '../run/config.ts';
import { executeRun } from '../run/execute.ts';
import type { Row } from './row.ts';
import { makeSimulated } from './simulated.ts';
import { WORKER, type Answer, type Task } from './task.ts';

/** Makes one run in a fresh directory and keeps what is to be kept of it; `row.json` comes last: with it, it is done. */
export async function makeRun(task: Task): Promise<Row> {
  const elapsed = stopwatch();
  // What a killed worker left half done is made again from the start.
  rmSync(task.directory, { recursive: true, force: true });
  const { key, directory } = task;
  const request = requestOf(task);
  // Two campaigns may make the same run at the same time on one machine: their nodes must not be confused.
  const id = `c-${key}-${process.pid}`;
  const keeps = (outcome: Outcome): boolean => isKept(task, outcome);
  const document =
    request.world === 'sim'
      ? await makeSimulated({ id, request, directory, keeps })
      : await makeHosted(task, id, keeps);
  const row = rowOf(task, document, elapsed());
  // No fsync: a row that a power cut tears is a run that is made again.
  const path = join(directory, 'row.json');
  writeFileSync(`${path}.new`, `${JSON.stringify(row)}\n`);
  renameSync(`${path}.new`, path);
  return row;
}

async function makeHosted(
  task: Task,
  id: string,
  keeps: (outcome: Outcome) => boolean,
): Promise<ResultDocument> {
  // Ctrl-C ends a campaign after the runs that are under way: half a run is no result.
  const { directory, retain, expected } = task;
  const { signal: interrupt } = new AbortController();
  setMaxListeners(0, interrupt);
  const { document } = await executeRun(resolveRun(requestOf(task)), {
    directory,
    id,
    latest: false,
    keepCluster: false,
    logLevel: 'warn',
    interrupt,
    progress: () => undefined,
    report:
      retain === 'none' ? 'never' : retain === 'all' || expected !== 'valid' ? 'always' : 'unless-valid',
  });
  const { history } = new RunPaths(directory);
  // A run that broke before its first operation has none.
  if (!keeps(document.outcome)) rmSync(history, { force: true });
  else if (existsSync(history)) await gzipInPlace(history);
  return document;
}

function requestOf({ config, claim }: Task): RunRequest {
  return claim === undefined ? config : { ...config, claim };
}

function isKept({ retain, expected }: Task, outcome: Outcome): boolean {
  if (retain !== 'notable') return retain === 'all';
  return outcome !== 'valid' || expected !== 'valid';
}

function rowOf({ key, config, attempts }: Task, document: ResultDocument, wallMs: number): Row {
  return {
    key,
    seed: config.seed,
    outcome: document.outcome,
    reason: document.reasons[0] ?? null,
    anomalies: document.anomalies.map(({ name, status, certain, count }) => ({
      name,
      status,
      certain,
      count,
    })),
    timings: {
      wallMs: Math.round(wallMs),
      checkMs: Math.round(document.checkMs * 1000) / 1000,
      attempts,
    },
  };
}

/** Serves a parent over the channel it forked us with; ends with it, so that no worker outlives its campaign. */
function serve(): void {
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(1));
  process.on('message', (task: Task) => {
    void makeRun(task).then(
      (row) => answer({ row }),
      (error: unknown) =>
        answer({ key: task.key, broke: error instanceof Error ? error.message : String(error) }),
    );
  });
}

function answer(said: Answer): void {
  process.send?.(said);
}

if (process.env[WORKER] === '1') serve();
