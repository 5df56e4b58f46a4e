import { NONE, type Clusters } from './clusters.ts';
import type { Blocks, Conflict } from './blocks.ts';
import { PENDING } from './operations.ts';

/**
 * The zone test (Gibbons & Korach 1997), for all keys in one sweep over the history.
 *
 * A block whose operations do not all overlap (earliest return `lo` before latest invocation `hi`) holds the register
 * from `lo` to `hi`: a forward zone. Otherwise it fits into any one instant of [hi, lo]: a backward zone. The register is
 * linearizable iff no two forward zones of a key overlap and no backward zone lies inside a forward one. Zone ends are
 * event indices, each used once, so a table by event index replaces sorting: O(events).
 */
export function zoneConflicts(
  events: number,
  clusters: Clusters,
  { block, lo, loOp, hi, hiOp }: Blocks,
  report: (key: number, conflict: Conflict) => void,
): void {
  const { count, key, unique } = clusters;
  const startsAt = new Int32Array(events).fill(NONE);
  const initialZones: number[] = [];
  for (let c = 0; c < count; c++) {
    if (block[c] !== c || !unique[key[c]] || lo[c] === PENDING) continue;
    const start = lo[c] < hi[c] ? lo[c] : hi[c];
    if (start === -1) initialZones.push(c);
    else if (start >= 0) startsAt[start] = c;
  }
  /** The forward zone of each key that reaches furthest so far. */
  const forward = new Int32Array(clusters.unique.length).fill(NONE);
  for (const c of initialZones) forward[key[c]] = c;
  for (let e = 0; e < events; e++) {
    const c = startsAt[e];
    if (c === NONE) continue;
    const f = forward[key[c]];
    if (lo[c] < hi[c]) {
      if (f !== NONE && lo[c] < hi[f]) conflict(f, c);
      if (f === NONE || hi[c] > hi[f]) forward[key[c]] = c;
    } else if (f !== NONE && lo[c] < hi[f]) conflict(f, c);
  }

  function conflict(a: number, b: number): void {
    report(key[a], { type: 'inversion', a1: loOp[a], a2: hiOp[a], b1: loOp[b], b2: hiOp[b] });
  }
}
