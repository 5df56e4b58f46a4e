import { componentsOf } from '../components.ts';
import { DATA, Edges, RW_PREDICATE, graphOf, targetOf, typeOf, usable } from '../graph.ts';
import { int32 } from '../growable.ts';

/** The edges inside components: all that lie on cycles. O(nodes + edges). */
export function edgesInside(edges: Edges, nodes: number, real: number): Edges {
  const component = int32(nodes);
  let count = 0;
  for (const members of componentsOf(graphOf(nodes, real, edges), usable(DATA, RW_PREDICATE))) {
    count++;
    for (const v of members) component[v] = count;
  }
  const inside = new Edges();
  for (let i = 0; count > 0 && i < edges.length; i++) {
    const from = edges.from.data[i];
    const edge = edges.packed.data[i];
    if (component[from] > 0 && component[from] === component[targetOf(edge)])
      inside.add(from, targetOf(edge), typeOf(edge));
  }
  return inside;
}
