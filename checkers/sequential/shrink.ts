import type { History } from '../../harness/history/history.ts';
import { orderProblem, UNKNOWN, type ObjectPart, type OrderProblem } from './problem.ts';
import { sequentialOrder } from './order.ts';

/** Operations looked at in all attempts to make a witness smaller, and in each of them. */
const STEPS = 20_000_000;
const STEPS_EACH = 1_000_000;

/**
 * Invocations of a small part of a history that has no sequential order by itself. Whole objects go first, then values
 * (a write with everything that read it), then observations: none of these can invent a violation, since what is left
 * of a legal order without them is legal. Values go only where every reader's source is known.
 */
export function shrunk(history: History, parts: readonly ObjectPart[]): number[] {
  let left = STEPS;
  let without = new Set<number>();
  let now = orderProblem(history, parts);

  const attempt = (gone: readonly number[]): void => {
    if (left <= 0 || gone.every((inv) => without.has(inv))) return;
    const candidate = new Set([...without, ...gone]);
    const problem = orderProblem(history, parts, candidate);
    const outcome = sequentialOrder(problem, Math.min(left, STEPS_EACH));
    left -= outcome.steps + problem.length;
    if (outcome.type !== 'none') return;
    without = candidate;
    now = problem;
  };
  const drop = (groups: readonly (readonly number[])[]): void => {
    for (let chunk = Math.max(1, groups.length >> 1); ; chunk >>= 1) {
      for (let i = 0; i < groups.length; i += chunk) attempt(groups.slice(i, i + chunk).flat());
      if (chunk <= 1) return;
    }
  };
  drop(parts.map(({ problem }) => Array.from(problem.inv)));
  drop(valuesOf(now));
  drop(observationsOf(now).map((op) => [now.inv[op]]));
  return Array.from(now.inv);
}

function observationsOf({ length, machines, object, cls }: OrderProblem): number[] {
  return Array.from({ length }, (_, op) => op).filter((op) => machines[object[op]].pure[cls[op]]);
}

/** Each write with all that depends on it, as invocations. */
function valuesOf({ length, machines, object, cls, source, inv }: OrderProblem): number[][] {
  const readers = new Map<number, number[]>();
  const blurred = new Set<number>();
  for (let op = 0; op < length; op++) {
    if (source[op] >= 0) readers.set(source[op], [...(readers.get(source[op]) ?? []), op]);
    else if (source[op] === UNKNOWN && !machines[object[op]].total[cls[op]]) blurred.add(object[op]);
  }
  const dependents = (op: number): number[] => {
    const all = new Set([op]);
    for (const one of all) for (const reader of readers.get(one) ?? []) all.add(reader);
    return [...all];
  };
  return Array.from({ length }, (_, op) => op)
    .filter((op) => !machines[object[op]].pure[cls[op]] && !blurred.has(object[op]))
    .map((op) => dependents(op).map((o) => inv[o]));
}
