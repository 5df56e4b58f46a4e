// What checkers share that spread work over threads.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';

/** A worker: its module, without the ending, beside the checker's, and the function that takes a list of tasks. */
export interface WorkerModule {
  readonly from: string;
  readonly path: string;
  readonly name: string;
}

/** Threads that answer each task of a list; gone with `destroy`. */
export function poolOf<Task, Answer>(
  { from, path, name }: WorkerModule,
  threads: number,
): Piscina<readonly Task[], Answer[]> {
  const { filename, isSource } = workerFile(from, path);
  const execArgv = isSource ? ['--import', createRequire(import.meta.url).resolve('tsx')] : [];
  return new Piscina({ filename, execArgv, name, minThreads: threads, maxThreads: threads });
}

/** Tasks that several threads take, each the next one that nobody has taken; `next` is its position, in shared memory. */
export interface SharedTasks<Task> {
  readonly tasks: readonly Task[];
  readonly next: Int32Array;
}

/** Takes tasks and answers them until none is left: answers by position. What each of the threads does. */
export function answersTo<Task, Answer>(
  { tasks, next }: SharedTasks<Task>,
  answer: (task: Task) => Answer,
): Map<number, Answer> {
  const answers = new Map<number, Answer>();
  for (let i = Atomics.add(next, 0, 1); i < tasks.length; i = Atomics.add(next, 0, 1))
    answers.set(i, answer(tasks[i]));
  return answers;
}

/** From sources a thread must first be taught to read TypeScript. */
const HELP = `const { tsx, filename } = require('node:worker_threads').workerData;
(tsx ? import(tsx).then(({ register }) => register()) : Promise.resolve()).then(() => import(filename));`;

/**
 * The answers to all tasks, in order. This thread begins at once and takes tasks until none is left; so many helpers, which
 * run `path` (beside the caller `from`; it tells what {@link answersTo} gave), take some meanwhile.
 */
export async function answeredTogether<Task, Answer>(
  { from, path }: Pick<WorkerModule, 'from' | 'path'>,
  tasks: readonly Task[],
  answer: (task: Task) => Answer,
  helpers: number,
): Promise<Answer[]> {
  const shared: SharedTasks<Task> = { tasks, next: new Int32Array(new SharedArrayBuffer(4)) };
  const { filename, isSource } = workerFile(from, path);
  const tsx = isSource ? import.meta.resolve('tsx/esm/api') : null;
  const workers = Array.from(
    { length: helpers },
    () => new Worker(HELP, { eval: true, workerData: { ...shared, filename, tsx } }),
  );
  const told = workers.map((worker) => once(worker, 'message') as Promise<[ReadonlyMap<number, Answer>]>);
  try {
    const all = new Map(answersTo(shared, answer));
    for (const [answers] of await Promise.all(told)) for (const [i, one] of answers) all.set(i, one);
    return tasks.map((_, i) => all.get(i)!);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Built, the worker is JavaScript beside its caller; from sources it is TypeScript, which its thread must be able to read. */
function workerFile(from: string, path: string): { readonly filename: string; readonly isSource: boolean } {
  const isSource = from.endsWith('.ts');
  return { filename: new URL(`${path}.${isSource ? 'ts' : 'js'}`, from).href, isSource };
}

/** The tasks in order, in lists of about this size together. */
export function chunksOf<Task>(
  tasks: readonly Task[],
  sizeOf: (task: Task) => number,
  size: number,
): Task[][] {
  const chunks: Task[][] = [];
  let room = 0;
  for (const task of tasks) {
    if (room <= 0) {
      chunks.push([]);
      room = size;
    }
    chunks[chunks.length - 1].push(task);
    room -= sizeOf(task);
  }
  return chunks;
}
