import { INITIAL, NONE, type Clusters } from './clusters.ts';
import { PENDING, type RegisterOperations } from './operations.ts';

/**
 * Blocks: the clusters that compare-and-set operations chain together. A CAS that took effect is the last operation
 * of the cluster whose value it replaced and the first of the one it created, so that the clusters of a chain follow
 * each other without anything between; a chain begins with a write or with the initial value.
 *
 * - `block` of each cluster: the root of its chain (itself where there is no CAS); {@link NONE} when not kept
 * - `lo`, `hi` (with the operations they come from) over the whole block, at its root
 * - `child` the cluster that replaced this one by CAS
 */
export interface Blocks {
  readonly block: Int32Array;
  readonly child: Int32Array;
  readonly lo: Int32Array;
  readonly loOp: Int32Array;
  readonly hi: Int32Array;
  readonly hiOp: Int32Array;
}

/**
 * Why the clusters of one key cannot be put into any order that explains them (operations by position).
 *
 * - `thin-air`: `cluster` holds a value that was observed and that nobody wrote
 * - `future`: `op` returned before `other`, on which the value it observed depends, began
 * - `double-cas`: `op` and `other` both replaced the same value
 * - `cas-cycle`: every value of the chain of `op` was made from another of them
 * - `inversion`: cluster `a` comes before `b` because `a1` returned before `b2` began, and `b` before `a` because
 *   `b1` returned before `a2` began
 */
export type Conflict =
  | { readonly type: 'thin-air'; readonly cluster: number }
  | { readonly type: 'future' | 'double-cas'; readonly op: number; readonly other: number }
  | { readonly type: 'cas-cycle'; readonly ops: readonly number[] }
  | {
      readonly type: 'inversion';
      readonly a1: number;
      readonly a2: number;
      readonly b1: number;
      readonly b2: number;
    };

/** Chains the kept clusters of every key; `report` hears what is wrong with a chain (per key, at most a few times). */
export function blocksOf(
  ops: RegisterOperations,
  clusters: Clusters,
  report: (key: number, conflict: Conflict) => void,
): Blocks {
  const { count, creator, parent, kept, key, unique } = clusters;
  for (let c = 0; c < count; c++) {
    if (!kept[c] || !unique[key[c]]) continue;
    if (creator[c] === NONE) report(key[c], { type: 'thin-air', cluster: c });
    else if (creator[c] !== INITIAL && clusters.lo[c] < ops.inv[creator[c]])
      report(key[c], { type: 'future', op: clusters.loOp[c], other: creator[c] });
  }
  if (!ops.hasCas) return { ...clusters, block: identity(clusters), child: new Int32Array(0) };

  const block = new Int32Array(count).fill(NONE);
  const child = new Int32Array(count).fill(NONE);
  for (let c = 0; c < count; c++) {
    const p = parent[c];
    if (!kept[c] || p === NONE || !unique[key[c]]) continue;
    if (child[p] === NONE) child[p] = c;
    else report(key[c], { type: 'double-cas', op: creator[child[p]], other: creator[c] });
  }
  const lo = clusters.lo.slice(0, count);
  const loOp = clusters.loOp.slice(0, count);
  const hi = clusters.hi.slice(0, count);
  const hiOp = clusters.hiOp.slice(0, count);
  const chain: number[] = [];
  for (let root = 0; root < count; root++) {
    if (!kept[root] || parent[root] !== NONE || !unique[key[root]]) continue;
    chain.length = 0;
    for (let c = root; c !== NONE; c = child[c]) {
      chain.push(c);
      block[c] = root;
    }
    if (chain.length > 1) joinChain(chain);
  }
  for (let c = 0; c < count; c++)
    if (kept[c] && unique[key[c]] && block[c] === NONE) {
      const cycle: number[] = [];
      // A second CAS from one value hangs beside the chain; the double CAS was reported, and ends the walk.
      for (let up = c; up !== NONE && block[up] === NONE; up = parent[up]) {
        block[up] = up;
        cycle.push(creator[up]);
      }
      if (onCycle(c)) report(key[c], { type: 'cas-cycle', ops: cycle });
    }
  return { block, child, lo, loOp, hi, hiOp };

  function onCycle(c: number): boolean {
    let up = parent[c];
    for (let steps = 0; up !== NONE && up !== c && steps < count; steps++) up = parent[up];
    return up === c;
  }

  /** Widens the root's zone to the whole chain and finds an operation that returned before one it must follow began. */
  function joinChain(chain: readonly number[]): void {
    let least = PENDING;
    let leastOp = NONE;
    for (let i = chain.length - 1; i >= 0; i--) {
      const c = chain[i];
      if (least < clusters.hi[c]) {
        const late = clusters.hiOp[c];
        if (late === creator[c]) report(key[c], { type: 'future', op: leastOp, other: late });
        else {
          const replacing = creator[chain[i + 1]];
          report(key[c], { type: 'inversion', a1: creator[c], a2: late, b1: leastOp, b2: replacing });
        }
      }
      if (clusters.lo[c] < least) {
        least = clusters.lo[c];
        leastOp = clusters.loOp[c];
      }
    }
    const root = chain[0];
    lo[root] = least;
    loOp[root] = leastOp;
    for (const c of chain)
      if (clusters.hi[c] > hi[root]) {
        hi[root] = clusters.hi[c];
        hiOp[root] = clusters.hiOp[c];
      }
  }
}

function identity({ count, kept }: Clusters): Int32Array {
  const block = new Int32Array(count);
  for (let c = 0; c < count; c++) block[c] = kept[c] ? c : NONE;
  return block;
}
