import { componentsOf } from '../components.ts';
import { int32 } from '../growable.ts';
import { DATA, Edges, NONE, RW, RW_PREDICATE, graphOf, targetOf, typeOf, type Graph } from '../graph.ts';
import { readers } from '../micro.ts';
import { PATTERNS, Search, startsOf, type Budget, type Pattern, type Start } from '../search.ts';
import { scheduled } from '../polygraph/past.ts';
import type { ForbiddenCycle, Order } from './forbidden.ts';
import { SOME } from './single.ts';

/** Any cycle with an anti-dependency. */
const ANY: Pattern = { ...PATTERNS[PATTERNS.length - 1], step: () => 1, accepts: () => true };
const MASK = DATA | RW_PREDICATE | NONE;
/** Transactions that only read whose ways back are found in one sweep: one bit each. */
const BATCH = 32;

/**
 * Cycles with at most one transaction that only reads. If the others have none among themselves, the ways that lead from
 * a reader to others and back to it are swept in their order, 32 readers at a time: O(edges · readers / 32).
 */
export function updateCycles({ inferred, edges }: Order, budget: Budget): ForbiddenCycle[] | null {
  const { nodes, transactions } = inferred;
  const { count } = transactions;
  const graph = graphOf(nodes, count, edges);
  const isReader = readers(transactions);
  const found: ForbiddenCycle[] = [];
  const scratch = int32(nodes).fill(-1);
  for (const members of componentsOf(graph, MASK)) {
    if (found.length >= SOME) break;
    const cycles = cyclesAmong(graph, members, isReader, scratch, budget);
    if (cycles === null) return found.length > 0 ? found : null;
    found.push(...cycles);
  }
  return found;
}

/** Those of one component: of the writers alone, else of each reader the shortest. */
function cyclesAmong(
  graph: Graph,
  members: Int32Array,
  isReader: Uint8Array,
  scratch: Int32Array,
  budget: Budget,
): ForbiddenCycle[] | null {
  // Readers come last, so that they can be left out.
  const reading = members.filter((v) => v < graph.real && isReader[v] === 1);
  const writing = members.filter((v) => v < graph.real && isReader[v] === 0);
  const virtual = members.filter((v) => v >= graph.real);
  const local = Int32Array.from([...writing, ...reading, ...virtual]);
  local.forEach((v, i) => (scratch[v] = i));
  const all = new Edges(4 * members.length);
  const among = new Edges(4 * members.length);
  const isLeft = (v: number): boolean => v >= writing.length && v < writing.length + reading.length;
  for (const v of members)
    for (let e = graph.offsets[v]; e < graph.offsets[v + 1]; e++) {
      const to = scratch[targetOf(graph.edges[e])];
      const type = typeOf(graph.edges[e]);
      if (to < 0 || (type & MASK) === 0) continue;
      all.add(scratch[v], to, type);
      if (!isLeft(scratch[v]) && !isLeft(to)) among.add(scratch[v], to, type);
    }
  for (const v of members) scratch[v] = -1;
  budget.left -= all.length;
  const outer = (steps: ForbiddenCycle['steps']): ForbiddenCycle => ({
    steps: steps.map(({ from, to, type }) => ({ from: local[from], to: local[to], type })),
  });
  const real = writing.length + reading.length;
  const writers = graphOf(local.length, real, among);
  const order = scheduled(writers, MASK);
  if (order === null) {
    const starts = startsOf(writers, RW | RW_PREDICATE);
    const search = new Search(writers);
    const steps =
      search.shortest(ANY, starts, RW_PREDICATE, budget) ??
      search.shortest(ANY, starts, RW_PREDICATE, { left: Infinity });
    return steps === null ? [] : [outer(steps)];
  }
  const whole = graphOf(local.length, real, all);
  const closed = closing(whole, writers, order, writing.length, real, budget);
  if (closed === null) return null;
  return closed.slice(0, SOME).flatMap((reader) => {
    const own = new Edges(among.length + 64);
    for (let i = 0; i < all.length; i++) {
      const from = all.from.data[i];
      const to = targetOf(all.packed.data[i]);
      if ((!isLeft(from) || from === reader) && (!isLeft(to) || to === reader))
        own.add(from, to, typeOf(all.packed.data[i]));
    }
    const alone = graphOf(local.length, real, own);
    const starts: Start[] = startsOf(alone, RW | RW_PREDICATE).filter(({ from }) => from === reader);
    const steps = new Search(alone).shortest(ANY, starts, RW_PREDICATE, { left: Infinity });
    return steps === null ? [] : [outer(steps)];
  });
}

/** The readers, nodes `begin … end - 1` of the whole, that lead back to themselves by writers alone; null: the budget ended. */
function closing(
  whole: Graph,
  writers: Graph,
  order: Int32Array,
  begin: number,
  end: number,
  budget: Budget,
): number[] | null {
  const bits = int32(whole.nodes);
  const closed: number[] = [];
  for (let first = begin; first < end; first += BATCH) {
    const last = Math.min(end, first + BATCH);
    budget.left -= writers.edges.length;
    if (budget.left < 0) return closed.length > 0 ? closed : null;
    bits.fill(0);
    for (let v = first; v < last; v++)
      for (let e = whole.offsets[v]; e < whole.offsets[v + 1]; e++)
        bits[targetOf(whole.edges[e])] |= 1 << (v - first);
    for (const v of order) {
      const carried = bits[v];
      if (carried === 0) continue;
      for (let e = writers.offsets[v]; e < writers.offsets[v + 1]; e++)
        bits[targetOf(writers.edges[e])] |= carried;
      // What leads to a reader of the batch is where its way ends.
      for (let e = whole.offsets[v]; e < whole.offsets[v + 1]; e++) {
        const to = targetOf(whole.edges[e]);
        if (to >= first && to < last && (carried & (1 << (to - first))) !== 0 && !closed.includes(to))
          closed.push(to);
      }
    }
  }
  return closed;
}
