// The search for many objects on several threads. What it finds of one depends on nothing else, so the outcome is the same
// whatever the number of threads.
import { availableParallelism } from 'node:os';
import { answeredTogether } from '../threads.ts';
import type { Outcome } from './search/problem.ts';
import { operationsIn, searched, type SearchTask } from './search/task.ts';

/** Configurations to explore before it is judged how hard the objects are: some 0.1 s. */
const TRIAL = 300_000;
/** Configurations still to come from which on threads are worth their start and their warming up: some 0.8 s. */
const WORTH = 2_500_000;

/**
 * Does what is `left`, in operations, take long enough for others to help? Told from the configurations explored so far and
 * the operations that they were for: a million operations may be less work than ten thousand.
 */
export function isHard(explored: number, operations: number, left: number): boolean {
  return explored >= TRIAL && (explored / operations) * left >= WORTH;
}

/** What the search finds of each object: in this thread, until it shows that the others are hard, and then on several. */
export function outcomesOf(
  tasks: readonly SearchTask[],
  threads = availableParallelism(),
): Outcome[] | Promise<Outcome[]> {
  const helps = threads > 1 && tasks.every(isMovable);
  const outcomes: Outcome[] = [];
  let left = tasks.reduce((sum, task) => sum + operationsIn(task), 0);
  let [explored, operations] = [0, 0];
  for (const [i, task] of tasks.entries()) {
    if (helps && i < tasks.length - 1 && isHard(explored, operations, left)) {
      const rest = searchedTogether(tasks.slice(i), threads);
      return rest.then((more) => [...outcomes, ...more]);
    }
    const outcome = searched(task);
    outcomes.push(outcome);
    explored += outcome.configurations;
    operations += operationsIn(task);
    left -= operationsIn(task);
  }
  return outcomes;
}

/** As {@link searched} of each, on so many threads, this one among them. */
export function searchedTogether(tasks: readonly SearchTask[], threads: number): Promise<Outcome[]> {
  const helpers = Math.min(threads, tasks.length) - 1;
  return answeredTogether({ from: import.meta.url, path: './search/helper' }, tasks, searched, helpers);
}

/** A model of the user's is code, which cannot be sent. */
function isMovable(task: SearchTask): boolean {
  return 'register' in task || typeof task.model === 'string';
}

/** Drives a judgement in this thread. */
export function inThisThread<T>(steps: Generator<readonly SearchTask[], T, readonly Outcome[]>): T {
  for (let next = steps.next(); ; next = steps.next(next.value.map(searched)))
    if (next.done === true) return next.value;
}
