// A graph that stays acyclic while edges come and, last in first out, go: Pearce & Kelly, A dynamic topological sort
// algorithm for directed acyclic graphs, JEA 2006.
import { Column, int32 } from '../growable.ts';
import { targetOf, type Graph } from '../graph.ts';
import type { Budget } from '../search.ts';

const NONE = -1;

export class Acyclic {
  /** By node its place in an order in which all edges lead forward. */
  readonly place: Int32Array;
  readonly #graph: Graph;
  readonly #reverse: { readonly offsets: Int32Array; readonly sources: Int32Array };
  readonly #budget: Budget;
  // Edges that came: lists by node, the newest first.
  readonly #out: Int32Array;
  readonly #in: Int32Array;
  readonly #from = new Column();
  readonly #to = new Column();
  readonly #label = new Column();
  readonly #nextOut = new Column();
  readonly #nextIn = new Column();
  // Search: the round in which a node was seen, and the edge it was reached by; NONE for a fixed one.
  readonly #seen: Int32Array;
  readonly #parent: Int32Array;
  readonly #via: Int32Array;
  #round = 0;

  /** @param order of the nodes, in which the edges of `graph` lead forward */
  constructor(graph: Graph, order: Int32Array, budget: Budget) {
    this.#graph = graph;
    this.#budget = budget;
    this.#reverse = reversed(graph);
    this.place = int32(graph.nodes);
    order.forEach((node, i) => (this.place[node] = i));
    this.#out = int32(graph.nodes).fill(NONE);
    this.#in = int32(graph.nodes).fill(NONE);
    this.#seen = int32(graph.nodes);
    this.#parent = int32(graph.nodes);
    this.#via = int32(graph.nodes);
  }

  get length(): number {
    return this.#from.length;
  }

  /** Adds an edge; or, if it would close a cycle, leaves it and returns the labels of the edges that lead back. */
  add(from: number, to: number, label: number): readonly number[] | null {
    if (this.place[to] <= this.place[from]) {
      const after = this.#forward(to, from);
      if (after === null) return this.#labels(to, from);
      this.#reorder(this.#backward(from, this.place[to]), after);
    }
    const e = this.#from.push(from);
    this.#to.push(to);
    this.#label.push(label);
    this.#nextOut.push(this.#out[from]);
    this.#nextIn.push(this.#in[to]);
    this.#out[from] = this.#in[to] = e;
    return null;
  }

  /** Takes back the newest edges, down to `length`. */
  shrink(length: number): void {
    while (this.#from.length > length) {
      const e = --this.#from.length;
      this.#out[this.#from.data[e]] = this.#nextOut.data[e];
      this.#in[this.#to.data[e]] = this.#nextIn.data[e];
    }
    for (const column of [this.#to, this.#label, this.#nextOut, this.#nextIn]) column.length = length;
  }

  /** Nodes after `node` and not after `target`; null if `target` is one of them. */
  #forward(node: number, target: number): number[] | null {
    const { offsets, edges } = this.#graph;
    const limit = this.place[target];
    const round = ++this.#round;
    const found = [node];
    this.#seen[node] = round;
    if (node === target) return null;
    for (let i = 0; i < found.length; i++) {
      const v = found[i];
      this.#budget.left -= offsets[v + 1] - offsets[v] + 1;
      for (let e = offsets[v]; e < offsets[v + 1]; e++)
        if (visit(this, v, targetOf(edges[e]), NONE)) return null;
      for (let e = this.#out[v]; e !== NONE; e = this.#nextOut.data[e])
        if (visit(this, v, this.#to.data[e], e)) return null;
    }
    return found;

    function visit(self: Acyclic, v: number, w: number, via: number): boolean {
      if (self.#seen[w] === round || self.place[w] > limit) return false;
      self.#seen[w] = round;
      self.#parent[w] = v;
      self.#via[w] = via;
      found.push(w);
      return w === target;
    }
  }

  #backward(node: number, limit: number): number[] {
    const { offsets, sources } = this.#reverse;
    const round = ++this.#round;
    const found = [node];
    this.#seen[node] = round;
    const visit = (w: number): void => {
      if (this.#seen[w] === round || this.place[w] < limit) return;
      this.#seen[w] = round;
      found.push(w);
    };
    for (let i = 0; i < found.length; i++) {
      const v = found[i];
      this.#budget.left -= offsets[v + 1] - offsets[v] + 1;
      for (let e = offsets[v]; e < offsets[v + 1]; e++) visit(sources[e]);
      for (let e = this.#in[v]; e !== NONE; e = this.#nextIn.data[e]) visit(this.#from.data[e]);
    }
    return found;
  }

  #reorder(before: number[], after: number[]): void {
    const byPlace = (a: number, b: number): number => this.place[a] - this.place[b];
    const nodes = [...before.sort(byPlace), ...after.sort(byPlace)];
    const places = nodes.map((node) => this.place[node]).sort((a, b) => a - b);
    nodes.forEach((node, i) => (this.place[node] = places[i]));
  }

  #labels(from: number, to: number): number[] {
    const labels = new Set<number>();
    for (let v = to; v !== from; v = this.#parent[v])
      if (this.#via[v] !== NONE) labels.add(this.#label.data[this.#via[v]]);
    return [...labels];
  }
}

function reversed({ nodes, offsets, edges }: Graph): { offsets: Int32Array; sources: Int32Array } {
  const begin = int32(nodes + 1);
  for (const edge of edges) begin[targetOf(edge) + 1]++;
  for (let v = 0; v < nodes; v++) begin[v + 1] += begin[v];
  const cursor = int32(nodes);
  cursor.set(begin.subarray(0, nodes));
  const sources = int32(edges.length);
  for (let v = 0; v < nodes; v++)
    for (let e = offsets[v]; e < offsets[v + 1]; e++) sources[cursor[targetOf(edges[e])]++] = v;
  return { offsets: begin, sources };
}
