import { classOf, levelOf, type Cycle } from './cycle.ts';
import {
  BY_PREDICATE,
  PROCESS,
  REALTIME,
  RW,
  RW_PREDICATE,
  RW_PREDICATE_REALTIME,
  RW_PROCESS,
  RW_REALTIME,
  WR,
  WW,
} from './graph.ts';
import type { Step } from './search.ts';

/** Longer cycles are left as they are. */
const LONGEST = 40;

const TYPES = [
  WW,
  WR,
  PROCESS,
  RW,
  RW_PREDICATE,
  RW_PROCESS,
  REALTIME,
  RW_REALTIME,
  RW_PREDICATE_REALTIME,
] as const;

/**
 * A cycle with ways cut short: the graph has edges between neighbouring versions only, but who appended the second of
 * seven elements was seen by whoever read all seven. A stretch becomes one step where `holds` says that the step is
 * true in itself and the cycle's class and level stay as grave. Nothing is lost: what remains is a cycle still.
 */
export function shortened(cycle: Cycle, holds: (from: number, to: number, type: number) => boolean): Cycle {
  if (cycle.steps.length > LONGEST) return cycle;
  let steps = cycle.steps;
  for (let stretch = steps.length - 1; stretch >= 2; stretch = Math.min(stretch - 1, steps.length - 1)) {
    for (let i = 0; i < steps.length && stretch < steps.length; i++) {
      const around = [...steps.slice(i), ...steps.slice(0, i)];
      const from = around[0].from;
      const to = around[stretch - 1].to;
      const shorter = TYPES.map((type): readonly Step[] => [
        { from, to, type },
        ...around.slice(stretch),
      ]).find((candidate) => noMilder(candidate, steps) && holds(from, to, candidate[0].type));
      if (shorter !== undefined) steps = shorter;
    }
  }
  return { name: cycle.name, steps };
}

function noMilder(shorter: readonly Step[], steps: readonly Step[]): boolean {
  return (
    classOf(shorter) === classOf(steps) &&
    levelOf(shorter) === levelOf(steps) &&
    byPredicate(shorter) === byPredicate(steps)
  );
}

const byPredicate = (steps: readonly Step[]): boolean =>
  steps.some(({ type }) => (type & BY_PREDICATE) !== 0);
