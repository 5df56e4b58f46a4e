import { DATA, Edges, NONE, RW, RW_PREDICATE, WR, WW, graphOf, targetOf, typeOf } from '../graph.ts';
import { MISS, isWriting } from '../micro.ts';
import { closedByOne } from '../reach.ts';
import { PATTERNS, Search, type Budget } from '../search.ts';
import type { ForbiddenCycle, Order } from './forbidden.ts';
import { SINGLE, SOME } from './single.ts';

/**
 * Reads that missed what an earlier event of their transaction depends on. Transactions that are on cycles with one
 * anti-dependency are unfolded: besides the node that others depend on, each has one for every operation, in its
 * order, which lead nowhere but to the transactions whose writes they missed. In this graph a cycle with one
 * anti-dependency is a G-monotonic. O(edges · anti-dependencies of those transactions / 32).
 */
export function monotonicCycles({ inferred, edges, events }: Order, budget: Budget): ForbiddenCycle[] | null {
  const { nodes, transactions } = inferred;
  const { count, first, kind, joined } = transactions;
  const plain = closedByOne(graphOf(nodes, count, edges), DATA | RW_PREDICATE, budget);
  if (plain === null) return null;
  const suspects = [...new Set(plain.map(({ from }) => from))].sort((a, b) => a - b);
  if (suspects.length === 0) return [];
  const unfolded = new Edges(edges.length);
  for (let i = 0; i < edges.length; i++) {
    const edge = edges.packed.data[i];
    const type = typeOf(edge);
    if ((type & (WW | WR | NONE)) !== 0) unfolded.add(edges.from.data[i], targetOf(edge), type);
  }
  const micro: number[] = [];
  for (const t of suspects)
    for (let m = first[t]; m < first[t + 1]; m++) {
      // What a predicate's read showed it showed at once.
      if (joined[m] === 0) micro.push(m);
      const node = nodes + micro.length - 1;
      if (joined[m] === 0 && m > first[t]) unfolded.add(node - 1, node, NONE);
      for (const cause of events.enters(m)) unfolded.add(cause, node, isWriting(kind[m]) ? WW : WR);
      for (const later of events.missed(m)) unfolded.add(node, later, kind[m] === MISS ? RW_PREDICATE : RW);
    }
  const graph = graphOf(nodes + micro.length, count, unfolded);
  const starts = closedByOne(graph, DATA | RW_PREDICATE, budget);
  if (starts === null) return null;
  const search = new Search(graph);
  return starts.slice(0, SOME).flatMap((start) => {
    const steps = search.shortest(PATTERNS[SINGLE], [start], RW_PREDICATE, { left: Infinity });
    if (steps === null) return [];
    let missed = micro[start.from - nodes];
    while (!events.missed(missed).includes(start.to)) missed++;
    const t = transactions.owner[missed];
    const last = steps[steps.length - 1].from;
    let entered = first[t];
    while (!events.enters(entered).includes(last)) entered++;
    const folded = steps.map(({ from, to, type }) => ({
      from: from < nodes ? from : t,
      to: to < nodes ? to : t,
      type,
    }));
    return [{ steps: folded, missed, entered }];
  });
}
