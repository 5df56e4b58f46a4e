// Which events certainly come before which: vector clocks where sessions are ordered, sets of bits where nothing is.
import { visitComponents } from '../components.ts';
import { NONE, graphOf, targetOf, type Graph } from '../graph.ts';
import { int32 } from '../growable.ts';
import type { Events } from './events.ts';

/** Nodes in an order in which edges in `mask` lead forward, or null when they have a cycle. */
export function scheduled(graph: Graph, mask = NONE): Int32Array | null {
  const order = int32(graph.nodes);
  let next = graph.nodes;
  visitComponents(graph, mask, (stack, from, to) => {
    if (to - from === 1) order[--next] = stack[from];
  });
  return next === 0 ? order : null;
}

export const graphOfEvents = ({ nodes, edges }: Events): Graph => graphOf(nodes, nodes, edges);

/** `has(e, f)`: does event e certainly come before f? May say no where nobody knows. */
export interface Past {
  readonly has: (event: number, other: number) => boolean;
}

/**
 * Events on chains: each of a chain comes before the next. `chain[e]` -1 = on none.
 * `later[e]`: if e comes before an event of the last chain, the first of them, by its place; else 0.
 */
export interface EventChains {
  readonly count: number;
  readonly chain: Int32Array;
  readonly place: Int32Array;
  readonly later: Int32Array | null;
}

/** O(edges · chains). */
export function clocks(graph: Graph, order: Int32Array, chains: EventChains): Past {
  const { count: width, chain, place, later } = chains;
  const { offsets, edges } = graph;
  const data = int32(graph.nodes * width);
  for (const e of order) {
    const row = e * width;
    if (chain[e] >= 0 && data[row + chain[e]] < place[e]) data[row + chain[e]] = place[e];
    for (let i = offsets[e]; i < offsets[e + 1]; i++) {
      const other = targetOf(edges[i]) * width;
      for (let c = 0; c < width; c++) if (data[row + c] > data[other + c]) data[other + c] = data[row + c];
    }
  }
  const last = width - 1;
  return {
    has: (e, f) =>
      e !== f &&
      ((chain[e] >= 0 && data[f * width + chain[e]] >= place[e]) ||
        (later !== null && later[e] > 0 && data[f * width + last] >= later[e])),
  };
}

/** Sets of bits, for as many events as fit: O(edges · events / 32). */
export function closure(graph: Graph, order: Int32Array): Past {
  const { nodes, offsets, edges } = graph;
  const words = (nodes + 31) >> 5;
  const data = int32(nodes * words);
  for (const e of order) {
    const row = e * words;
    data[row + (e >> 5)] |= 1 << (e & 31);
    for (let i = offsets[e]; i < offsets[e + 1]; i++) {
      const other = targetOf(edges[i]) * words;
      for (let w = 0; w < words; w++) data[other + w] |= data[row + w];
    }
  }
  return { has: (e, f) => e !== f && (data[f * words + (e >> 5)] & (1 << (e & 31))) !== 0 };
}

export const NOTHING_KNOWN: Past = { has: () => false };
