import { int32 } from './growable.ts';
import { targetOf, typeOf, type Graph } from './graph.ts';

/** Strongly connected components that could hold a cycle of transactions, as ascending lists of nodes. */
export type Components = readonly Int32Array[];

/**
 * Components with at least two transactions, by edges whose type is in `mask`, in an order in which no component
 * precedes one that it leads to ... reversed: sinks first. Tarjan's algorithm without recursion, O(nodes + edges).
 */
export function componentsOf(graph: Graph, mask: number): Components {
  const found: Int32Array[] = [];
  visitComponents(graph, mask, (stack, from, to) => {
    let real = 0;
    for (let i = from; i < to && real < 2; i++) if (stack[i] < graph.real) real++;
    if (real >= 2) found.push(stack.slice(from, to).sort());
  });
  return found;
}

/** Calls `visit` with the place of each component, trivial ones included, on Tarjan's stack; sinks come first. */
export function visitComponents(
  { nodes, offsets, edges }: Graph,
  mask: number,
  visit: (stack: Int32Array, from: number, to: number) => void,
): void {
  // 0 = not seen, else order of discovery; lowered to the smallest one reachable; `nodes + 1` = in a finished component.
  const low = int32(nodes);
  const cursor = int32(nodes);
  const stack = int32(nodes);
  const path = int32(nodes);
  const order = int32(nodes);
  const finished = nodes + 1;
  let height = 0;
  let counter = 0;
  for (let root = 0; root < nodes; root++) {
    if (low[root] !== 0) continue;
    let depth = 0;
    path[0] = root;
    stack[height++] = root;
    order[root] = low[root] = ++counter;
    cursor[root] = offsets[root];
    while (depth >= 0) {
      const v = path[depth];
      if (cursor[v] < offsets[v + 1]) {
        const edge = edges[cursor[v]++];
        if ((typeOf(edge) & mask) === 0) continue;
        const w = targetOf(edge);
        if (low[w] === 0) {
          order[w] = low[w] = ++counter;
          cursor[w] = offsets[w];
          stack[height++] = w;
          path[++depth] = w;
        } else if (low[w] !== finished && order[w] < low[v]) low[v] = order[w];
        continue;
      }
      depth--;
      if (depth >= 0 && low[v] < low[path[depth]]) low[path[depth]] = low[v];
      if (low[v] !== order[v]) continue;
      let from = height;
      do low[stack[--from]] = finished;
      while (stack[from] !== v);
      visit(stack, from, height);
      height = from;
    }
  }
}
