import { NOTHING, type Registers } from './registers.ts';

/**
 * Orders that compare-and-sets prove without any assumption: one that replaced `old` by `new` puts `new` right after
 * `old`. `precedes(a, b)`: version a comes before version b by a chain of them.
 */
export interface CasChains {
  precedes(earlier: number, later: number): boolean;
}

const NONE: CasChains = { precedes: () => false };

/** Only acknowledged compare-and-sets count. */
export function casChains(registers: Registers): CasChains {
  const { count, writes, sees } = registers;
  const parent = new Int32Array(count).fill(-1);
  let any = false;
  for (let op = 0; op < count; op++) {
    if (writes[op] === 0 || sees[op] === NOTHING || sees[op] < 0) continue;
    parent[op] = sees[op];
    any = true;
  }
  if (!any) return NONE;
  const { enter, leave } = intervals(parent);
  return {
    precedes: (earlier, later) =>
      earlier !== later &&
      enter[earlier] <= enter[later] &&
      leave[later] <= leave[earlier] &&
      enter[later] >= 0,
  };
}

/** The compare-and-sets that lead from `earlier` to `later`, given that it precedes it. */
export function chainBetween({ sees }: Registers, earlier: number, later: number): number[] {
  const chain: number[] = [];
  for (let op = later; op !== earlier && op >= 0; op = sees[op]) chain.push(op);
  return chain;
}

/** Entry and exit numbers of a walk through the forest of parents; -1 on a cycle (a chain that cannot be). */
function intervals(parent: Int32Array): { enter: Int32Array; leave: Int32Array } {
  const n = parent.length;
  const child = new Int32Array(n).fill(-1);
  const sibling = new Int32Array(n).fill(-1);
  for (let v = n - 1; v >= 0; v--) {
    if (parent[v] < 0) continue;
    sibling[v] = child[parent[v]];
    child[parent[v]] = v;
  }
  const enter = new Int32Array(n).fill(-1);
  const leave = new Int32Array(n).fill(-1);
  let time = 0;
  for (let root = 0; root < n; root++) {
    if (parent[root] >= 0) continue;
    for (let v = root; v >= 0;) {
      if (enter[v] < 0) enter[v] = time++;
      const next = child[v];
      if (next >= 0) {
        child[v] = sibling[next];
        v = next;
      } else {
        leave[v] = time++;
        v = v === root ? -1 : parent[v];
      }
    }
  }
  return { enter, leave };
}
