import { int32 } from './growable.ts';
import { visitComponents } from './components.ts';
import { ANY_RW, NONE, targetOf, typeOf, type Graph } from './graph.ts';
import type { Budget, Start } from './search.ts';

/** Anti-dependencies whose reachability is computed at once: one bit each. */
const BATCH = 32;

/**
 * The anti-dependencies u → v of an otherwise acyclic graph for which v leads back to u by edges in `mask`: those on a
 * cycle with no other anti-dependency. Exact; null when the budget ended before any was found.
 *
 * Each batch sweeps the topological order once, between the first head and the last tail of its edges, with a bit an
 * edge: O(edges · anti-dependencies / 32) at worst, and far less when cycles are local in time.
 */
export function closedByOne(graph: Graph, mask: number, budget: Budget): Start[] | null {
  const { offsets, edges, nodes } = graph;
  const allowed = (mask & ~ANY_RW) | NONE;
  const { place, nodeAt } = topological(graph, allowed);
  const starts: Start[] = [];
  for (let v = 0; v < nodes; v++)
    for (let e = offsets[v]; e < offsets[v + 1]; e++)
      // Forward edges close nothing.
      if ((typeOf(edges[e]) & mask & ANY_RW) !== 0 && place[targetOf(edges[e])] < place[v])
        starts.push({ from: v, to: targetOf(edges[e]), type: typeOf(edges[e]) });
  starts.sort((a, b) => place[a.to] - place[b.to]);
  const bits = int32(nodes);
  const closed: Start[] = [];
  for (let s = 0; s < starts.length; s += BATCH) {
    if (budget.left <= 0) return closed.length > 0 ? closed : null;
    const batch = starts.slice(s, s + BATCH);
    const begin = place[batch[0].to];
    let end = begin;
    let touched = begin;
    batch.forEach(({ from, to }, i) => {
      bits[place[to]] |= 1 << i;
      if (place[from] > end) end = place[from];
      if (place[to] > touched) touched = place[to];
    });
    for (let p = begin; p < end; p++) {
      const carried = bits[p];
      if (carried === 0) continue;
      const v = nodeAt[p];
      budget.left -= offsets[v + 1] - offsets[v];
      for (let e = offsets[v]; e < offsets[v + 1]; e++)
        if ((typeOf(edges[e]) & allowed) !== 0) {
          const p = place[targetOf(edges[e])];
          bits[p] |= carried;
          if (p > touched) touched = p;
        }
    }
    for (let i = 0; i < batch.length; i++)
      if ((bits[place[batch[i].from]] & (1 << i)) !== 0) closed.push(batch[i]);
    bits.fill(0, begin, touched + 1);
  }
  return closed;
}

/** An order of the nodes in which every edge in `mask` leads forward; the graph has no cycle of such edges. */
function topological(graph: Graph, mask: number): { place: Int32Array; nodeAt: Int32Array } {
  const place = int32(graph.nodes);
  const nodeAt = int32(graph.nodes);
  let next = graph.nodes;
  visitComponents(graph, mask, (stack, from) => {
    place[stack[from]] = --next;
    nodeAt[next] = stack[from];
  });
  return { place, nodeAt };
}
