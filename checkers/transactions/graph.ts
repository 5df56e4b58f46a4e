import { Column, int32 } from './growable.ts';

/** Types of edges, as bits, so that a set of them is a mask. NONE: the rest of an edge through a virtual node. */
export const WW = 1;
export const WR = 2;
export const RW = 4;
export const PROCESS = 8;
export const REALTIME = 16;
export const NONE = 32;
/** Anti-dependencies that only hold if versions follow the order of sessions, or of real time. */
export const RW_PROCESS = 64;
export const RW_REALTIME = 128;
/** What a predicate's read missed: see predicates.ts. */
export const RW_PREDICATE = 256;
/** The same, if nothing is seen before it was begun. */
export const RW_PREDICATE_REALTIME = 1024;
/** A weak model's own order of two writers, which a third transaction's reads imply: see weak/constraints.ts. */
export const IMPLIED = 512;

export const DATA = WW | WR | RW;
/** Anti-dependencies of what predicates' reads did not return. */
export const BY_PREDICATE = RW_PREDICATE | RW_PREDICATE_REALTIME;
export const ANY_RW = RW | RW_PROCESS | RW_REALTIME | BY_PREDICATE;

/** What a walk may use: edges of `types`, of the orders that count besides, and the ways out of virtual nodes. */
export function usable(types: number, orders: number): number {
  return NONE | types | ((types & RW) !== 0 ? orders : orders & ~ANY_RW);
}

/** Bits of a packed edge that hold its type's number. */
const TYPE_BITS = 4;
const TYPE_MASK = 15;

/** Target and type of an edge in one integer: `type` is the number of a bit, 0 … 15. */
export const targetOf = (edge: number): number => edge >>> TYPE_BITS;
export const typeOf = (edge: number): number => 1 << (edge & TYPE_MASK);

/** Edges as they are found. Self-edges are dropped: no transaction depends on itself. */
export class Edges {
  readonly from: Column;
  readonly packed: Column;

  /** @param capacity for how many there is room at first */
  constructor(capacity = 64) {
    this.from = new Column(capacity);
    this.packed = new Column(capacity);
  }

  add(from: number, to: number, type: number): void {
    if (from === to) return;
    this.from.push(from);
    this.packed.push((to << TYPE_BITS) | (31 - Math.clz32(type)));
  }

  get length(): number {
    return this.from.length;
  }
}

/**
 * A graph in compressed rows: the edges of node `v` are `edges[offsets[v] … offsets[v + 1] - 1]`, packed.
 *
 * Nodes below `real` are transactions, the others are virtual: an edge into a virtual node has a type, those out of
 * it have none, and the way through it counts as one edge. So an order of n transactions in real time costs 3n edges
 * instead of n².
 */
export interface Graph {
  readonly nodes: number;
  readonly real: number;
  readonly offsets: Int32Array;
  readonly edges: Int32Array;
}

export function graphOf(nodes: number, real: number, { from, packed, length }: Edges): Graph {
  const offsets = int32(nodes + 1);
  const source = from.data;
  const target = packed.data;
  for (let i = 0; i < length; i++) offsets[source[i] + 1]++;
  for (let v = 0; v < nodes; v++) offsets[v + 1] += offsets[v];
  const edges = int32(length);
  const cursor = int32(nodes);
  cursor.set(offsets.subarray(0, nodes));
  for (let i = 0; i < length; i++) edges[cursor[source[i]]++] = target[i];
  return { nodes, real, offsets, edges };
}

/**
 * The part of a graph on `members`, renumbered in their order: local node i is `members[i]`.
 * `members` ascend, so transactions come before virtual nodes again. `scratch` has an entry a node of `graph`, all -1.
 */
export function induced(graph: Graph, members: Int32Array, scratch: Int32Array): Graph {
  const { offsets, edges } = graph;
  let real = 0;
  for (let i = 0; i < members.length; i++) {
    scratch[members[i]] = i;
    if (members[i] < graph.real) real++;
  }
  const local = new Column(members.length * 4);
  const starts = int32(members.length + 1);
  for (let i = 0; i < members.length; i++) {
    for (let e = offsets[members[i]]; e < offsets[members[i] + 1]; e++) {
      const to = scratch[targetOf(edges[e])];
      if (to >= 0) local.push((to << TYPE_BITS) | (edges[e] & TYPE_MASK));
    }
    starts[i + 1] = local.length;
  }
  for (const member of members) scratch[member] = -1;
  return { nodes: members.length, real, offsets: starts, edges: local.data.slice(0, local.length) };
}
