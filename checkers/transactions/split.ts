import { int32 } from './growable.ts';
import { visitComponents } from './components.ts';
import { ANY_RW, Edges, NONE, graphOf, targetOf, typeOf, type Graph } from './graph.ts';
import type { Start } from './search.ts';

/**
 * The anti-dependencies on closed walks in which no two of them are next to each other: what snapshot isolation
 * forbids. Exact, O(nodes + edges): components of the graph whose nodes remember whether they were entered by an
 * anti-dependency, which may then not be followed by another. (A closed walk that passes a transaction twice falls
 * into simple cycles of which at least one is of the same kind: of the two ways to cut it there, one parts no pair of
 * neighbours that were both anti-dependencies.)
 */
export function nonadjacent(graph: Graph, mask: number): Start[] {
  const { nodes, offsets, edges } = graph;
  const split = new Edges(2 * edges.length);
  for (let v = 0; v < nodes; v++)
    for (let e = offsets[v]; e < offsets[v + 1]; e++) {
      const type = typeOf(edges[e]);
      const w = targetOf(edges[e]);
      if ((type & mask & ANY_RW) !== 0) split.add(2 * v, 2 * w + 1, NONE);
      else if (type === NONE) {
        split.add(2 * v, 2 * w, NONE);
        split.add(2 * v + 1, 2 * w + 1, NONE);
      } else if ((type & mask) !== 0) {
        split.add(2 * v, 2 * w, NONE);
        split.add(2 * v + 1, 2 * w, NONE);
      }
    }
  const component = int32(2 * nodes);
  let count = 0;
  visitComponents(graphOf(2 * nodes, 2 * nodes, split), NONE, (stack, from, to) => {
    count++;
    for (let i = from; i < to; i++) component[stack[i]] = count;
  });
  const starts: Start[] = [];
  for (let v = 0; v < nodes; v++)
    for (let e = offsets[v]; e < offsets[v + 1]; e++) {
      const w = targetOf(edges[e]);
      const type = typeOf(edges[e]);
      if ((type & mask & ANY_RW) !== 0 && component[2 * v] === component[2 * w + 1])
        starts.push({ from: v, to: w, type });
    }
  return starts;
}
