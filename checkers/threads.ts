// What checkers share that spread work over threads.
import { createRequire } from 'node:module';
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
  return new Piscina({ ...workerFile(from, path), name, minThreads: threads, maxThreads: threads });
}

/** Built, the worker is JavaScript beside its caller; from sources it is TypeScript, which its thread must be able to read. */
function workerFile(from: string, path: string): { readonly filename: string; readonly execArgv?: string[] } {
  const isSource = from.endsWith('.ts');
  const filename = new URL(`${path}.${isSource ? 'ts' : 'js'}`, from).href;
  if (!isSource) return { filename };
  return { filename, execArgv: ['--import', createRequire(import.meta.url).resolve('tsx')] };
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
