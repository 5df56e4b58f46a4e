import { NEMESIS } from './event.ts';
import type { History } from './history.ts';

/** How often the replicas of a run were in each of the rare states that they know of, by name (`sometimes`). */
export type Marks = Readonly<Record<string, number>>;

/** What the run noted of rare states at its end; empty where the cluster knows of none. */
export function marksOf(history: History): Marks {
  const id = history.functions.idOf('sometimes');
  for (let i = history.length - 1; i >= 0; i--)
    if (history.process[i] === NEMESIS && history.f[i] === id) return history.values[i] as Marks;
  return {};
}
