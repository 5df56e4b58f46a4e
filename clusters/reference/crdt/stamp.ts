/**
 * When a write was made, by its node's clock (µs, or a logical count). Total order: time, then node, then the node's
 * own count, so that every replica picks the same winner in whatever order updates arrive.
 */
export interface Stamp {
  readonly time: number;
  readonly node: string;
  readonly count: number;
}

/** Before every write. */
export const NEVER: Stamp = { time: -1, node: '', count: 0 };

export function isLater(a: Stamp, b: Stamp): boolean {
  if (a.time !== b.time) return a.time > b.time;
  return a.node === b.node ? a.count > b.count : a.node > b.node;
}

/** The bug `lww-tie-by-arrival`: of equal stamps, the one that is looked at later wins. */
export function isLaterOrArrived(a: Stamp, b: Stamp): boolean {
  return a.time >= b.time;
}
