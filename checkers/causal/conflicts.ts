import type { Causality } from './observations.ts';
import { pathBetween } from '../lww/causality.ts';

/** "Write `from` must be ordered before write `to`", because `read` returned `to` with `from` in its causal past. */
export interface Conflict {
  readonly from: number;
  readonly to: number;
  readonly read: number;
}

/** Conflicts in columns: there may be many millions. */
export class Conflicts {
  #length = 0;
  #columns = new Int32Array(3 * 1024);

  get length(): number {
    return this.#length;
  }

  add(from: number, to: number, read: number): void {
    const at = this.#length * 3;
    if (at === this.#columns.length) {
      const grown = new Int32Array(at * 2);
      grown.set(this.#columns);
      this.#columns = grown;
    }
    this.#columns[at] = from;
    this.#columns[at + 1] = to;
    this.#columns[at + 2] = read;
    this.#length++;
  }

  at(i: number): Conflict {
    return { from: this.#columns[i * 3], to: this.#columns[i * 3 + 1], read: this.#columns[i * 3 + 2] };
  }
}

/**
 * A shortest cycle through one operation of co ∪ conflicts, as the operations on it in order, or null if the union
 * is acyclic. Kahn's algorithm, then a breadth-first search inside what it could not order. O(n + edges).
 */
export function conflictCycle(
  { registers, chains }: Pick<Causality, 'registers' | 'chains'>,
  conflicts: Conflicts,
): number[] | null {
  const { count, sees } = registers;
  const { previous } = chains;
  const next = new Int32Array(count).fill(-1);
  const sibling = new Int32Array(count);
  const degree = new Int32Array(count);
  const start = new Int32Array(count + 1);
  const edge = (visit: (from: number, to: number) => void): void => {
    for (let op = 0; op < count; op++) if (sees[op] >= 0) visit(sees[op], op);
    for (let i = 0; i < conflicts.length; i++) visit(conflicts.at(i).from, conflicts.at(i).to);
  };
  for (let op = 0; op < count; op++) {
    if (previous[op] < 0) continue;
    sibling[op] = next[previous[op]];
    next[previous[op]] = op;
    degree[op]++;
  }
  edge((from, to) => {
    start[from + 1]++;
    degree[to]++;
  });
  for (let op = 0; op < count; op++) start[op + 1] += start[op];
  const targets = new Int32Array(start[count]);
  const fill = start.slice(0, count);
  edge((from, to) => {
    targets[fill[from]++] = to;
  });

  const ready: number[] = [];
  for (let op = 0; op < count; op++) if (degree[op] === 0) ready.push(op);
  let ordered = 0;
  for (let op = ready.pop(); op !== undefined; op = ready.pop()) {
    ordered++;
    for (let to = next[op]; to >= 0; to = sibling[to]) if (--degree[to] === 0) ready.push(to);
    for (let e = start[op]; e < start[op + 1]; e++) if (--degree[targets[e]] === 0) ready.push(targets[e]);
  }
  return ordered === count ? null : cycleAmong(degree, conflicts, (op) => [previous[op], sees[op]]);
}

/** Every operation left has a predecessor that is left too: walking back must meet itself. */
function cycleAmong(degree: Int32Array, conflicts: Conflicts, causes: (op: number) => number[]): number[] {
  const into = new Map<number, number[]>();
  for (let i = 0; i < conflicts.length; i++) {
    const { from, to } = conflicts.at(i);
    if (degree[from] === 0 || degree[to] === 0) continue;
    const known = into.get(to);
    if (known === undefined) into.set(to, [from]);
    else known.push(from);
  }
  const precedes = (op: number): number[] =>
    [...causes(op), ...(into.get(op) ?? [])].filter((p) => p >= 0 && degree[p] > 0);
  const visited = new Set<number>();
  let op = degree.findIndex((d) => d > 0);
  while (!visited.has(op)) {
    visited.add(op);
    [op] = precedes(op);
  }
  // The shortest way round: `beyond` stands for `op`, met again.
  const beyond = degree.length;
  return pathBetween(op, beyond, (at) => precedes(at === beyond ? op : at)).slice(0, -1);
}
