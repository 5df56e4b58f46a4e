// Cycles of dependencies by their class: what they are called.
import { classNamed } from './anomalies.ts';
import { LEVELS } from './levels.ts';
import {
  ANY_RW,
  BY_PREDICATE,
  PROCESS,
  REALTIME,
  RW_PREDICATE_REALTIME,
  RW_PROCESS,
  RW_REALTIME,
  WR,
} from './graph.ts';
import type { Step } from './search.ts';

/** A cycle by its name and steps. */
export interface Cycle {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** Types of edges that belong to the order of sessions, and to that of real time: see LEVELS. */
export const SESSIONS = PROCESS | RW_PROCESS;
export const TIME = REALTIME | RW_REALTIME | RW_PREDICATE_REALTIME;

/** The cycle by its own class. A walk that passes a node twice is cut down to the gravest simple cycle in it. */
export function named(steps: readonly Step[]): Cycle & { readonly class: number } {
  const simple = simplified(steps);
  const kind = classOf(simple);
  const predicate = simple.some((step) => (step.type & BY_PREDICATE) !== 0);
  return { class: kind, name: classNamed(kind, predicate) + LEVELS[levelOf(simple)], steps: simple };
}

/** Which orders a cycle needs: place in LEVELS. */
export function levelOf(steps: readonly Step[]): number {
  const used = steps.reduce((types, step) => types | step.type, 0);
  return (used & TIME) !== 0 ? 2 : (used & SESSIONS) !== 0 ? 1 : 0;
}

/** The class of a simple cycle: place in CLASSES. */
export function classOf(steps: readonly Step[]): number {
  const count = steps.filter(isRw).length;
  if (count === 0) return steps.some((step) => step.type === WR) ? 1 : 0;
  if (count === 1) return 2;
  const adjacent = steps.some((step, i) => isRw(step) && isRw(steps[(i + 1) % steps.length]));
  return adjacent ? 4 : 3;
}

const isRw = (step: Step): boolean => (step.type & ANY_RW) !== 0;

export function isSimple(steps: readonly Step[]): boolean {
  return new Set(steps.map((step) => step.from)).size === steps.length;
}

function simplified(steps: readonly Step[]): readonly Step[] {
  const at = new Map<number, number>();
  for (const [i, { from }] of steps.entries()) {
    const first = at.get(from);
    if (first !== undefined) {
      const loops = [steps.slice(first, i), [...steps.slice(i), ...steps.slice(0, first)]].map(simplified);
      return loops.sort((a, b) => classOf(a) - classOf(b) || a.length - b.length)[0];
    }
    at.set(from, i);
  }
  return steps;
}

export function renumbered(cycle: Cycle, outer: (node: number) => number): Cycle {
  const steps = cycle.steps.map(({ from, to, type }) => ({ from: outer(from), to: outer(to), type }));
  return { name: cycle.name, steps };
}
