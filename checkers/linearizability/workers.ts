// The search for many objects on several threads. What it finds of one depends on nothing else, so the outcome is the same
// whatever the number of threads.
import { availableParallelism } from 'node:os';
import { chunksOf, poolOf } from '../threads.ts';
import type { Outcome } from './search/problem.ts';
import { operationsIn, searched, type SearchTask } from './search/task.ts';

/** Operations from which on threads are worth their start: some 2 s of search. Zones take less than sending the history would. */
const WORTH = 600_000;
/** Operations that a thread is given at a time. */
const CHUNK = 10_000;

export function areWorthwhile(tasks: readonly SearchTask[]): boolean {
  const movable = tasks.every((task) => 'register' in task || typeof task.model === 'string');
  const operations = tasks.reduce((sum, task) => sum + operationsIn(task), 0);
  return movable && tasks.length > 1 && availableParallelism() > 1 && operations >= WORTH;
}

/** As {@link searched} of each, on so many threads. */
export async function searchInWorkers(
  tasks: readonly SearchTask[],
  threads = availableParallelism(),
): Promise<Outcome[]> {
  const pool = poolOf<SearchTask, Outcome>(
    { from: import.meta.url, path: './search/task', name: 'searchAll' },
    threads,
  );
  try {
    const done = await Promise.all(chunksOf(tasks, operationsIn, CHUNK).map((chunk) => pool.run(chunk)));
    return done.flat();
  } finally {
    await pool.destroy();
  }
}

/** Drives a judgement in this thread. */
export function inThisThread<T>(steps: Generator<readonly SearchTask[], T, readonly Outcome[]>): T {
  for (let next = steps.next(); ; next = steps.next(next.value.map(searched)))
    if (next.done === true) return next.value;
}
