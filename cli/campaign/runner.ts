import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../harness/runtime/types.ts';
import { campaignLabel } from './directory.ts';
import type { Cell, PlannedRun } from './matrix.ts';
import { Worker } from './pool.ts';
import { rowSchema, type Row } from './row.ts';
import type { CampaignFile } from './schema.ts';
import type { Answer, Task } from './task.ts';

export interface CampaignProgress {
  readonly done: number;
  readonly total: number;
  readonly row: Row;
  readonly cell: Cell;
}

export interface CampaignInput {
  readonly file: CampaignFile;
  readonly cells: readonly Cell[];
  readonly directory: string;
  readonly jobs: number;
  readonly clock: Clock;
  readonly interrupt: AbortSignal;
  readonly progress: (progress: CampaignProgress) => void;
}

interface Waiting {
  readonly cell: Cell;
  readonly run: PlannedRun;
}

/**
 * Makes the runs that the directory does not hold yet, `jobs` at a time, and resolves with the rows of all that are
 * there, by key. Runs in Docker are limited apart. A run that breaks in itself is tried again, then stays an error;
 * it stops nobody.
 */
export async function makeRuns(input: CampaignInput): Promise<ReadonlyMap<string, Row>> {
  const wanted = new Set(input.cells.flatMap((cell) => cell.runs.map((run) => run.key)));
  // What the file named once and names no more stays in its directory, and is no part of this.
  const rows = new Map([...storedRows(input.directory)].filter(([key]) => wanted.has(key)));
  const queue = waiting(input.cells, rows);
  const began = input.clock.now();
  const budget = input.file.budget;
  let begun = 0;
  let inDocker = 0;
  const spent = (): boolean =>
    input.interrupt.aborted ||
    (budget.runs !== undefined && begun >= budget.runs) ||
    (budget.minutes !== undefined && (input.clock.now() - began) / 60e9 >= budget.minutes);
  const take = (): Waiting | undefined => {
    const i = queue.findIndex(({ run }) => run.config.world !== 'docker' || inDocker < input.file.dockerJobs);
    return i < 0 ? undefined : queue.splice(i, 1)[0];
  };
  const serve = async (): Promise<void> => {
    const worker = new Worker(input.clock, campaignLabel(input.directory));
    while (!spent()) {
      const next = take();
      if (!next) break;
      begun++;
      const docker = next.run.config.world === 'docker' ? 1 : 0;
      inDocker += docker;
      const row = await withRetries(worker, next, input);
      inDocker -= docker;
      rows.set(row.key, row);
      input.progress({ done: rows.size, total: wanted.size, row, cell: next.cell });
    }
    worker.close();
  };
  await Promise.all(Array.from({ length: Math.min(input.jobs, Math.max(1, queue.length)) }, serve));
  return rows;
}

/** Runs that are not done, each once, seed by seed across the cells: so a spent budget has seen every cell. */
function waiting(cells: readonly Cell[], rows: ReadonlyMap<string, Row>): Waiting[] {
  const queue: Waiting[] = [];
  const seen = new Set(rows.keys());
  const longest = Math.max(0, ...cells.map((cell) => cell.runs.length));
  for (let i = 0; i < longest; i++)
    for (const cell of cells) {
      const run = cell.runs.at(i);
      if (run === undefined || seen.has(run.key)) continue;
      seen.add(run.key);
      queue.push({ cell, run });
    }
  return queue;
}

async function withRetries(worker: Worker, { cell, run }: Waiting, input: CampaignInput): Promise<Row> {
  for (let attempts = 1; ; attempts++) {
    const task: Task = {
      key: run.key,
      config: run.config,
      ...(run.claim === undefined ? {} : { claim: run.claim }),
      directory: runDirectory(input.directory, run.key),
      attempts,
      retain: input.file.retain,
      expected: cell.expect?.outcome ?? 'valid',
    };
    const answer = await worker.run(task);
    const broke = 'broke' in answer || answer.row.outcome === 'error';
    if (!broke || attempts > input.file.retries) return rowOf(answer, task);
  }
}

function rowOf(answer: Answer, { key, config, attempts }: Task): Row {
  if ('row' in answer) return answer.row;
  const timings = { wallMs: 0, checkMs: 0, attempts };
  return { key, seed: config.seed, outcome: 'error', reason: answer.broke, anomalies: [], timings };
}

export function runDirectory(campaign: string, key: string): string {
  return join(campaign, 'runs', key);
}

/** Rows of the runs that are done: those whose `row.json` is whole. Errors are not: they are tried again on resume. */
export function storedRows(campaign: string): Map<string, Row> {
  const folder = join(campaign, 'runs');
  mkdirSync(folder, { recursive: true });
  const rows = new Map<string, Row>();
  for (const key of readdirSync(folder).sort()) {
    const row = storedRow(join(folder, key, 'row.json'));
    if (row?.key === key && row.outcome !== 'error') rows.set(key, row);
  }
  return rows;
}

/** Null for a run that was cut short, and for a row that a power cut tore. */
function storedRow(path: string): Row | null {
  try {
    return rowSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}
