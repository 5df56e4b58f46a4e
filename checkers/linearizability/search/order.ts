import { PENDING } from '../operations.ts';
import type { Problem } from './problem.ts';

/**
 * An order of a problem's operations (those that returned, and as many of the others as it takes), null if there is none
 * or more than `budget` steps were tried: depth first, by who returns soonest, dead ends remembered (Wing & Gong 1993,
 * Lowe 2017). For a certificate, where the verdict is known already.
 */
export function orderOf(problem: Problem, budget: number): number[] | null {
  const { length, inv, ret, cls, optional, machine } = problem;
  const byReturn = Array.from({ length }, (_, op) => op).sort((a, b) => ret[a] - ret[b]);
  const placed = new Uint8Array(length);
  const order: number[] = [];
  const states = [machine.initial];
  const dead = new Set<string>();
  let due = byReturn.filter((op) => ret[op] !== PENDING).length;
  /** At each depth, the candidates left to try. */
  const stack: number[][] = [candidates()];
  for (let steps = 0; due > 0; steps++) {
    const op = stack.at(-1)!.pop();
    if (op === undefined) {
      stack.pop();
      const undone = order.pop();
      if (undone === undefined) return null;
      dead.add(identity());
      states.pop();
      placed[undone] = 0;
      if (!optional[undone]) due++;
      continue;
    }
    if (steps > budget) return null;
    const after = machine.step(states.at(-1)!, cls[op]);
    if (after < 0 || (optional[op] && after === states.at(-1))) continue;
    placed[op] = 1;
    order.push(op);
    states.push(after);
    if (!optional[op]) due--;
    if (due === 0) return order;
    if (dead.has(identity())) {
      placed[op] = 0;
      order.pop();
      states.pop();
      if (!optional[op]) due++;
    } else stack.push(candidates());
  }
  return order;

  /** Operations that may come next, the one to try first last. */
  function candidates(): number[] {
    const next: number[] = [];
    let soonest = PENDING;
    for (const op of byReturn) if (!placed[op] && ret[op] < soonest) soonest = ret[op];
    for (const op of byReturn) if (!placed[op] && inv[op] < soonest) next.push(op);
    return next.reverse();
  }

  function identity(): string {
    return `${states.at(-1)} ${placed.join('')}`;
  }
}
