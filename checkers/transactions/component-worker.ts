// What a worker thread runs: see workers.ts.
import type { Task } from './classify.ts';
import { classifyComponent, type Classified } from './component.ts';

/** Piscina calls it by its name. */
export function classifyAll(tasks: readonly Task[]): Classified[] {
  return tasks.map(({ graph, budget }) => classifyComponent(graph, budget));
}
