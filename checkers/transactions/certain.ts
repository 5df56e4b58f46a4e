import { Edges, NONE, RW, RW_PREDICATE, WR, WW, targetOf, typeOf } from './graph.ts';

const CERTAIN = WW | WR | RW | RW_PREDICATE | NONE;

/** The dependencies of the data that hold in any order; the nodes of real time, from `chain` on, are left out. */
export function certainEdges({ edges, chain }: { readonly edges: Edges; readonly chain: number }): Edges {
  const certain = new Edges(edges.length);
  for (let i = 0; i < edges.length; i++) {
    const edge = edges.packed.data[i];
    const from = edges.from.data[i];
    if ((typeOf(edge) & CERTAIN) !== 0 && from < chain) certain.add(from, targetOf(edge), typeOf(edge));
  }
  return certain;
}
