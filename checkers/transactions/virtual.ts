import { NONE, REALTIME, type Edges } from './graph.ts';

/** Transactions in ascending order, any range of which can be preceded by few edges. */
export interface Group {
  readonly members: readonly number[];
  /** Its first virtual node as a chain: each leads to the member of its place and on to the next. */
  readonly chain: number;
  /** Its first virtual node as a tree; {@link NO_TREE} until a range needs one. */
  tree: number;
}

const NO_TREE = -1;
/** Ranges up to this length take an edge a member. */
const SHORT = 8;

/** Hands out virtual nodes: numbers from the count of transactions up. */
export class VirtualNodes {
  #next: number;

  constructor(transactions: number) {
    this.#next = transactions;
  }

  /** How many nodes the graph has, transactions included. */
  get nodes(): number {
    return this.#next;
  }

  /** A chain of virtual nodes over `members`: 2 edges a member, and whoever precedes the rest from a place on takes one. */
  group(members: readonly number[], edges: Edges): Group {
    const chain = this.#next;
    const group = { members, chain, tree: NO_TREE };
    this.#next += members.length - 1;
    for (let i = 0; i < members.length - 1; i++) {
      edges.add(chain + i, members[i], NONE);
      edges.add(chain + i, linkOf(group, i + 1), NONE);
    }
    return group;
  }

  /** `before` precedes every member of the group from place `begin` on, but itself. */
  precede(before: number, group: Group, type: number, edges: Edges, begin = 0): void {
    const { members } = group;
    const at = placeOf(members, before);
    if (members[at] === before && at >= begin) {
      this.#range(before, group, begin, at, type, edges);
      begin = at + 1;
    }
    if (begin < members.length) edges.add(before, linkOf(group, begin), type);
  }

  /** The members in places `begin … end - 1`: 2 log m edges at most. */
  #range(before: number, group: Group, begin: number, end: number, type: number, edges: Edges): void {
    const { members } = group;
    if (end - begin <= SHORT) {
      for (let i = begin; i < end; i++) edges.add(before, members[i], type);
      return;
    }
    if (group.tree === NO_TREE) this.#plant(group, edges);
    let low = begin + members.length;
    let high = end + members.length;
    for (; low < high; low >>= 1, high >>= 1) {
      if ((low & 1) === 1) edges.add(before, branchOf(group, low++), type);
      if ((high & 1) === 1) edges.add(before, branchOf(group, --high), type);
    }
  }

  /** A tree over m members: node i (1 … m - 1) leads to 2i and 2i + 1, and from m on those are the members themselves. */
  #plant(group: Group, edges: Edges): void {
    const { members } = group;
    group.tree = this.#next;
    this.#next += members.length - 1;
    for (let i = 1; i < members.length; i++) {
      edges.add(group.tree + i - 1, branchOf(group, 2 * i), NONE);
      edges.add(group.tree + i - 1, branchOf(group, 2 * i + 1), NONE);
    }
  }

  /**
   * Real time: transaction t precedes all from `after[t]` on. A chain of virtual nodes, each before the transaction
   * of its number and the next node: three edges a transaction instead of one a pair.
   */
  realTime(after: Int32Array, skip: (t: number) => boolean, edges: Edges): void {
    const count = after.length;
    const chain = this.#next;
    this.#next += count;
    for (let t = 0; t < count; t++) {
      if (after[t] < count) edges.add(t, chain + after[t], REALTIME);
      if (!skip(t)) edges.add(chain + t, t, NONE);
      if (t + 1 < count) edges.add(chain + t, chain + t + 1, NONE);
    }
  }
}

function linkOf({ members, chain }: Group, i: number): number {
  return i < members.length - 1 ? chain + i : members[i];
}

function branchOf({ members, tree }: Group, i: number): number {
  return i < members.length ? tree + i - 1 : members[i - members.length];
}

/** The place of the first member that is `least` or more. */
export function placeOf(members: readonly number[], least: number): number {
  let low = 0;
  let high = members.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (members[middle] < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
