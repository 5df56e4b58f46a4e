// A worker process of a campaign: makes the runs its parent sends, one at a time, and answers with their rows.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { stopwatch } from '../../harness/runtime/wall.ts';
import { gzipInPlace } from '../../harness/history/writer.ts';
import { writeAtomically } from '../../results/atomic-write.ts';
import { RunPaths } from '../../results/run-directory.ts';
import type { ResultDocument } from '../../results/document.ts';
import { resolveRun, type RunConfig } from '../run/config.ts';
import { executeRun } from '../run/execute.ts';
import type { Row } from './row.ts';

export interface Task {
  readonly key: string;
  readonly config: RunConfig;
  readonly directory: string;
  readonly attempts: number;
  readonly retain: 'all' | 'notable' | 'none';
  /** The outcome that is nothing to look at. */
  readonly expected: string;
}

export type Answer = { readonly row: Row } | { readonly key: string; readonly broke: string };

/** Makes one run in a fresh directory and keeps what is to be kept of it; `row.json` comes last: with it, it is done. */
export async function makeRun(task: Task, interrupt: AbortSignal): Promise<Row> {
  const elapsed = stopwatch();
  // What a killed worker left half done is made again from the start.
  rmSync(task.directory, { recursive: true, force: true });
  const { document } = await executeRun(resolveRun(task.config), {
    directory: task.directory,
    id: `c-${task.key}`,
    latest: false,
    keepCluster: false,
    logLevel: 'warn',
    interrupt,
    progress: () => undefined,
    report: task.retain === 'none' ? 'never' : task.retain === 'all' ? 'always' : 'unless-valid',
  });
  await retain(task, document);
  const row = rowOf(task, document, elapsed());
  await writeAtomically(join(task.directory, 'row.json'), `${JSON.stringify(row)}\n`);
  return row;
}

async function retain({ directory, retain, expected }: Task, document: ResultDocument): Promise<void> {
  const paths = new RunPaths(directory);
  rmSync(join(directory, 'nodes'), { recursive: true, force: true });
  const notable = document.outcome !== expected || document.outcome !== 'valid';
  if (retain === 'all' || (retain === 'notable' && notable)) await gzipInPlace(paths.history);
  else rmSync(paths.history, { force: true });
}

function rowOf(task: Task, document: ResultDocument, wallMs: number): Row {
  return {
    key: task.key,
    seed: task.config.seed,
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
      attempts: task.attempts,
    },
  };
}

/** Serves a parent over the channel it forked us with; ends with it, so that no worker outlives its campaign. */
function serve(): void {
  const interrupt = new AbortController();
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(1));
  process.on('message', (task: Task) => {
    void makeRun(task, interrupt.signal).then(
      (row) => process.send?.({ row } satisfies Answer),
      (error: unknown) =>
        process.send?.({
          key: task.key,
          broke: error instanceof Error ? error.message : String(error),
        } satisfies Answer),
    );
  });
}

if (process.env['ALIBI_CAMPAIGN_WORKER'] === '1') serve();
