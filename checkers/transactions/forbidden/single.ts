import { DATA, RW_PREDICATE, graphOf } from '../graph.ts';
import { closedByOne } from '../reach.ts';
import { PATTERNS, Search, type Budget, type Start } from '../search.ts';
import type { ForbiddenCycle, Order } from './forbidden.ts';

/** Cycles that are told of one order. */
export const SOME = 32;

/** The place of G-single in CLASSES. */
export const SINGLE = 2;

/** Cycles with one anti-dependency, of an item or of a predicate. */
export function singleCycles({ inferred, edges }: Order, budget: Budget): ForbiddenCycle[] | null {
  const graph = graphOf(inferred.nodes, inferred.transactions.count, edges);
  const starts = closedByOne(graph, DATA | RW_PREDICATE, budget);
  if (starts === null) return null;
  const search = new Search(graph);
  return starts.slice(0, SOME).flatMap((start: Start) => {
    const steps = search.shortest(PATTERNS[SINGLE], [start], RW_PREDICATE, { left: Infinity });
    return steps === null ? [] : [{ steps }];
  });
}
