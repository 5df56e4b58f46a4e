// Components of a large graph on several threads. What a component gives depends on nothing but itself and its share of
// the budget, so the outcome is the same whatever the number of threads.
import { availableParallelism } from 'node:os';
import { chunksOf, poolOf } from '../threads.ts';
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
  const pool = poolOf<Task, Classified>(
    { from: import.meta.url, path: './component-worker', name: 'classifyAll' },
    threads,
  );
  try {
    const steps = classifying(components, budget);
    for (let next = steps.next(); ;) {
      if (next.done === true) return next.value;
      const done = await Promise.all(
        chunksOf(next.value, ({ graph }) => graph.edges.length, CHUNK).map((chunk) => pool.run(chunk)),
      );
      next = steps.next(done.flat());
    }
  } finally {
    await pool.destroy();
  }
}
