// One strongly connected component of a dependency graph: its gravest class of cycle at each level.
import { CLASSES, classNamed } from './anomalies.ts';
import { LEVELS } from './levels.ts';
import { componentsOf } from './components.ts';
import { SESSIONS, isSimple, named, renumbered, type Cycle } from './cycle.ts';
import {
  ANY_RW,
  BY_PREDICATE,
  DATA,
  REALTIME,
  RW,
  RW_PREDICATE,
  RW_REALTIME,
  WR,
  WW,
  induced,
  typeOf,
  usable,
  type Graph,
} from './graph.ts';
import { int32 } from './growable.ts';
import { closedByOne } from './reach.ts';
import { PATTERNS, Search, startsOf, type Budget, type Start } from './search.ts';
import { nonadjacent } from './split.ts';

/** The gravest cycle of a component, and cycles of further classes found in it. */
export interface Anomaly extends Cycle {
  /** Transactions in the component. */
  readonly size: number;
  readonly also: readonly Cycle[];
}

/** What there is to say of a component; steps name its own nodes. */
export interface Classified {
  readonly anomalies: readonly Anomaly[];
  /** Classes that may hide in it still, because the budget did not suffice. */
  readonly undecided: readonly string[];
  /** What is left of the budget; nothing: a witness may not be the smallest. */
  readonly left: number;
}

/** Orders that count besides the data, by level: see LEVELS. */
const ORDERS = [0, SESSIONS, SESSIONS | REALTIME | RW_REALTIME] as const;
const PREDICATES = [RW_PREDICATE, RW_PREDICATE, BY_PREDICATE] as const;

/**
 * What is looked at in turn: each level, first by items alone, then with predicates too. Of what one pass finds in a
 * component, a later one with the same or a milder class tells nothing new.
 */
const PASSES = LEVELS.flatMap((_, level) => [
  { level, orders: ORDERS[level] },
  { level, orders: ORDERS[level] | PREDICATES[level] },
]);

/** Of the whole budget, what the search for one further class of a component may take. */
const FURTHER = 2_000_000;

const NOTHING = CLASSES.length;

/**
 * The component is looked at by the data alone first, then with the orders of sessions, then with that of real time.
 * Each gives its gravest class; with an order only if that class is graver than every one found in it without, because
 * then, and only then, it refutes a model that those do not. `budget` in edges looked at.
 */
export function classifyComponent(whole: Graph, budget: number): Classified {
  const anomalies: Anomaly[] = [];
  const undecided = new Set<string>();
  const remaining: Budget = { left: budget };
  const predicates = whole.edges.some((edge) => (typeOf(edge) & BY_PREDICATE) !== 0);
  const gravest = new Uint8Array(whole.nodes).fill(NOTHING);
  const inner = int32(whole.nodes).fill(-1);
  for (const { level, orders } of PASSES) {
    if (!predicates && (orders & BY_PREDICATE) !== 0) continue;
    for (const part of componentsOf(whole, usable(DATA, orders))) {
      // Virtual nodes may be part of two components that have no transaction in common.
      const known = part.reduce(
        (least, v) => (v < whole.real ? Math.min(least, gravest[v]) : least),
        NOTHING,
      );
      const found = gravestOf(induced(whole, part, inner), level, orders, known, remaining, undecided);
      if (found === null) continue;
      for (const v of part) gravest[v] = Math.min(gravest[v], found.class);
      const outer = (cycle: Cycle): Cycle => renumbered(cycle, (v) => part[v]);
      anomalies.push({
        ...outer(found.cycle),
        size: part.reduce((count, v) => count + (v < whole.real ? 1 : 0), 0),
        also: found.also.map(outer),
      });
    }
  }
  return { anomalies, undecided: [...undecided], left: remaining.left };
}

interface Gravest {
  readonly class: number;
  readonly cycle: Cycle;
  readonly also: readonly Cycle[];
}

/** The gravest class of a strongly connected graph, if it is graver than `known`. */
function gravestOf(
  graph: Graph,
  level: number,
  orders: number,
  known: number,
  budget: Budget,
  undecided: Set<string>,
): Gravest | null {
  const search = new Search(graph);
  for (let kind = 0; kind < known; kind++) {
    const starts = candidates(graph, kind, orders, budget);
    if (starts === null) {
      undecided.add(classNamed(kind, (orders & BY_PREDICATE) !== 0) + LEVELS[level]);
      continue;
    }
    if (starts.length === 0) continue;
    const steps =
      search.shortest(PATTERNS[kind], starts, orders, budget) ??
      search.shortest(PATTERNS[kind], starts.slice(0, 1), orders, { left: Infinity });
    if (steps === null) continue;
    const cycle = named(steps);
    return { class: cycle.class, cycle, also: further(search, graph, cycle.class, orders, budget) };
  }
  return null;
}

/** Edges on cycles of the class, given that there are none of a graver class: exact, null when the budget ended. */
function candidates(graph: Graph, kind: number, orders: number, budget: Budget): readonly Start[] | null {
  switch (kind) {
    case 0:
      return within(graph, usable(WW, orders), WW);
    case 1:
      return within(graph, usable(WW | WR, orders), WR);
    case 2:
      return closedByOne(graph, DATA | orders, budget);
    case 3:
      return nonadjacent(graph, DATA | orders);
    default:
      return startsOf(graph, RW | (orders & ANY_RW));
  }
}

/** The edges of type `start` inside components by edges in `mask`. */
function within(graph: Graph, mask: number, start: number): Start[] {
  const component = int32(graph.nodes).fill(-1);
  componentsOf(graph, mask).forEach((members, c) => {
    for (const v of members) component[v] = c;
  });
  return startsOf(graph, start).filter(
    ({ from, to }) => component[from] >= 0 && component[from] === component[to],
  );
}

/** Cycles of less grave classes by the data alone or with the same orders, as far as a small budget goes. */
function further(search: Search, graph: Graph, kind: number, orders: number, budget: Budget): Cycle[] {
  const found = new Map<string, Cycle>();
  for (let next = kind + 1; next < NOTHING; next++) {
    const small = { left: Math.min(FURTHER, budget.left) };
    const given = small.left;
    const { start } = PATTERNS[next];
    const starts = startsOf(graph, start === RW ? RW | (orders & ANY_RW) : start);
    const steps = search.shortest(PATTERNS[next], starts, orders, small);
    budget.left -= given - small.left;
    if (steps === null || !isSimple(steps)) continue;
    const cycle = named(steps);
    if (cycle.class > kind) found.set(cycle.name, { name: cycle.name, steps: cycle.steps });
  }
  return [...found.values()];
}
