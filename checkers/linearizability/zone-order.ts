import type { Blocks } from './blocks.ts';
import { NONE } from './clusters.ts';

/**
 * The order of operations that zones without a conflict give (Gibbons & Korach 1997): by where they begin. (Forward ones do
 * not overlap; a backward one that begins inside a forward one ends after it, so that it can stand right behind it.)
 * `members`: the operations of each cluster that counts, in order of invocation, its creator among them.
 */
export function zoneOrder(
  { block, child, lo, hi }: Blocks,
  members: ReadonlyMap<number, readonly number[]>,
  creatorOf: (cluster: number) => number,
): number[] {
  const roots = [...new Set([...members.keys()].map((cluster) => block[cluster]))];
  const begin = (root: number): number => Math.min(lo[root], hi[root]);
  const order: number[] = [];
  for (const root of roots.sort((a, b) => begin(a) - begin(b)))
    for (let cluster = root; cluster !== NONE; cluster = child[cluster] ?? NONE) {
      const creator = creatorOf(cluster);
      if (creator >= 0) order.push(creator);
      order.push(...(members.get(cluster) ?? []).filter((op) => op !== creator));
    }
  return order;
}
