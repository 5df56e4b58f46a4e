// Components of a large graph on several threads. What a component gives depends on nothing but itself and its share of
// the budget, so the outcome is the same whatever the number of threads.
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { classifying, edgesIn, type Classification, type Component, type Task } from './classify.ts';
import type { Classified } from './component.ts';

/** Edges in components from which on threads are worth their start: some 3 s of work; starting two takes 0.2 s built, 0.8 s from sources. */
const WORTH = 4_000_000;
/** Edges in the components that a thread is given at a time. */
const CHUNK = 100_000;

export function areWorthwhile(components: readonly Component[]): boolean {
  return components.length > 1 && availableParallelism() > 1 && edgesIn(components) >= WORTH;
}

/** As `classify`, on so many threads. */
export async function classifyInWorkers(
  components: readonly Component[],
  budget: number,
  threads = availableParallelism(),
): Promise<Classification> {
  const pool = new Piscina<readonly Task[], Classified[]>({
    ...workerFile(),
    name: 'classifyAll',
    minThreads: threads,
    maxThreads: threads,
  });
  try {
    const steps = classifying(components, budget);
    for (let next = steps.next(); ;) {
      if (next.done === true) return next.value;
      const done = await Promise.all(chunksOf(next.value).map((chunk) => pool.run(chunk)));
      next = steps.next(done.flat());
    }
  } finally {
    await pool.destroy();
  }
}

/** Built, the worker is JavaScript beside this file; from sources it is TypeScript, which its thread must be able to read. */
function workerFile(): { readonly filename: string; readonly execArgv?: string[] } {
  const isSource = import.meta.url.endsWith('.ts');
  const filename = new URL(isSource ? './component-worker.ts' : './component-worker.js', import.meta.url)
    .href;
  if (!isSource) return { filename };
  return { filename, execArgv: ['--import', createRequire(import.meta.url).resolve('tsx')] };
}

function chunksOf(tasks: readonly Task[]): Task[][] {
  const chunks: Task[][] = [];
  let room = 0;
  for (const task of tasks) {
    if (room <= 0) {
      chunks.push([]);
      room = CHUNK;
    }
    chunks[chunks.length - 1].push(task);
    room -= task.graph.edges.length;
  }
  return chunks;
}
