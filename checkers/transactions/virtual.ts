import { NONE, REALTIME, type Edges } from './graph.ts';

/** Transactions in ascending order, any range of which can be preceded by few edges; `base` its first virtual node. */
export interface Group {
  readonly members: readonly number[];
  readonly base: number;
}

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

  /**
   * A tree of virtual nodes over `members`: node i (1 … m - 1) leads to 2i and 2i + 1, and from m on those are the
   * members themselves. So a range of members takes 2 log m edges at most.
   */
  group(members: readonly number[], edges: Edges): Group {
    const base = this.#next;
    this.#next += members.length - 1;
    const group = { members, base };
    for (let i = 1; i < members.length; i++) {
      edges.add(base + i - 1, nodeOf(group, 2 * i), NONE);
      edges.add(base + i - 1, nodeOf(group, 2 * i + 1), NONE);
    }
    return group;
  }

  /** `before` precedes every member of the group from place `begin` on, but itself. */
  precede(before: number, group: Group, type: number, edges: Edges, begin = 0): void {
    const at = placeOf(group.members, before);
    const found = group.members[at] === before;
    if (!found || at < begin) return range(before, group, begin, group.members.length, type, edges);
    range(before, group, begin, at, type, edges);
    range(before, group, at + 1, group.members.length, type, edges);
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

function nodeOf({ members, base }: Group, i: number): number {
  return i < members.length ? base + i - 1 : members[i - members.length];
}

function range(before: number, group: Group, begin: number, end: number, type: number, edges: Edges): void {
  let low = begin + group.members.length;
  let high = end + group.members.length;
  for (; low < high; low >>= 1, high >>= 1) {
    if ((low & 1) === 1) edges.add(before, nodeOf(group, low++), type);
    if ((high & 1) === 1) edges.add(before, nodeOf(group, --high), type);
  }
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
