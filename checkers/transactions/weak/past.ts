// The causal past of transactions: what they read, what their session did, and the past of both.
import { int32 } from '../growable.ts';
import { OK } from '../../../harness/history/history.ts';
import type { Transactions } from '../micro.ts';
import type { Observations } from './observations.ts';

/** Transactions in an order in which causes come first, or null when there is none (a G1c). O(micro-operations). */
export function causalOrder(
  { count, first, previous }: Transactions,
  { seen }: Observations,
  sessions: boolean,
): Int32Array | null {
  const OPEN = 1;
  const DONE = 2;
  const state = new Uint8Array(count);
  // Of a transaction on the path: the next of its reads to follow; first[t] - 1 stands for its session.
  const cursor = int32(count);
  const path = int32(count);
  const order = int32(count);
  let found = 0;
  for (let root = 0; root < count; root++) {
    if (state[root] === DONE) continue;
    let depth = 0;
    path[0] = root;
    state[root] = OPEN;
    cursor[root] = first[root] - 1;
    while (depth >= 0) {
      const t = path[depth];
      if (cursor[t] === first[t + 1]) {
        state[t] = DONE;
        order[found++] = t;
        depth--;
        continue;
      }
      const m = cursor[t]++;
      const cause = m >= first[t] ? seen[m] : sessions ? previous[t] : -1;
      if (cause < 0 || state[cause] === DONE) continue;
      if (state[cause] === OPEN) return null;
      state[cause] = OPEN;
      cursor[cause] = first[cause] - 1;
      path[++depth] = cause;
    }
  }
  return order;
}

/**
 * Sessions as chains: `chain[t]` its number, `place[t]` the place of t in it, from 1. Every transaction of a chain
 * follows the one before it in its session; an indeterminate one, which nothing follows, is a chain of its own.
 */
export interface Chains {
  readonly count: number;
  readonly chain: Int32Array;
  readonly place: Int32Array;
}

export function chainsOf({ count, previous, status }: Transactions, { offset }: Observations): Chains {
  const chain = int32(count);
  const place = int32(count);
  const isTail = new Uint8Array(count);
  let chains = 0;
  for (let t = 0; t < count; t++) {
    // What is neither certain nor seen is in nobody's past.
    if (status[t] !== OK && offset[t] === offset[t + 1]) continue;
    const before = previous[t];
    const follows = before >= 0 && status[t] === OK && isTail[before] === 1;
    chain[t] = follows ? chain[before] : chains++;
    place[t] = follows ? place[before] + 1 : 1;
    if (status[t] !== OK) continue;
    isTail[t] = 1;
    if (follows) isTail[before] = 0;
  }
  return { count: chains, chain, place };
}

/** By transaction and chain, how far the past of the transaction, itself included, reaches: `[t * chains.count + c]`. */
export function clocksOf(
  { first, previous }: Transactions,
  { seen }: Observations,
  { count: width, chain, place }: Chains,
  order: Int32Array,
): Int32Array {
  const clocks = int32(order.length * width);
  for (const t of order) {
    const row = t * width;
    if (previous[t] >= 0) join(previous[t]);
    for (let m = first[t]; m < first[t + 1]; m++) if (seen[m] >= 0) join(seen[m]);
    clocks[row + chain[t]] = place[t];

    function join(cause: number): void {
      const other = cause * width;
      for (let c = 0; c < width; c++)
        if (clocks[other + c] > clocks[row + c]) clocks[row + c] = clocks[other + c];
    }
  }
  return clocks;
}
