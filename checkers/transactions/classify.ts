import { int32 } from './growable.ts';
import { CLASSES, LEVELS, classNamed } from './anomalies.ts';
import { componentsOf } from './components.ts';
import {
  ANY_RW,
  BY_PREDICATE,
  DATA,
  PROCESS,
  REALTIME,
  RW,
  RW_PREDICATE,
  RW_PREDICATE_REALTIME,
  RW_PROCESS,
  RW_REALTIME,
  WR,
  WW,
  induced,
  typeOf,
  usable,
  type Graph,
} from './graph.ts';
import { closedByOne } from './reach.ts';
import { PATTERNS, Search, startsOf, type Budget, type Start, type Step } from './search.ts';
import { nonadjacent } from './split.ts';

/** A cycle by its name and steps; steps name nodes of the whole graph. */
export interface Cycle {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** The gravest cycle of a component, and cycles of further classes found in it. */
export interface Anomaly extends Cycle {
  /** Transactions in the component. */
  readonly size: number;
  readonly also: readonly Cycle[];
}

export interface Classification {
  readonly anomalies: readonly Anomaly[];
  /** Classes that may hide in components that were too large for the budget. */
  readonly undecided: ReadonlySet<string>;
  /** Components with a cycle, by any edges. */
  readonly components: number;
}

/** Orders that count besides the data, by level: see LEVELS. */
const SESSIONS = PROCESS | RW_PROCESS;
const TIME = REALTIME | RW_REALTIME | RW_PREDICATE_REALTIME;
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
 * Names the cycles of a dependency graph. Components are looked at by the data alone first, then with the orders of
 * sessions, then with that of real time. Each gives its gravest class; with an order only if that class is graver than
 * every one found in it without, because then, and only then, it refutes a model that those do not.
 */
export function classify(graph: Graph, budget: Budget): Classification {
  const anomalies: Anomaly[] = [];
  const undecided = new Set<string>();
  const predicates = graph.edges.some((edge) => (typeOf(edge) & BY_PREDICATE) !== 0);
  const passes = PASSES.filter(({ orders }) => predicates || (orders & BY_PREDICATE) === 0);
  const components = componentsOf(graph, usable(DATA, SESSIONS | TIME | RW_PREDICATE));
  const scratch = int32(components.length === 0 ? 0 : graph.nodes).fill(-1);
  for (const members of components) {
    const whole = induced(graph, members, scratch);
    const gravest = new Uint8Array(members.length).fill(NOTHING);
    const inner = int32(members.length).fill(-1);
    for (const { level, orders } of passes)
      for (const part of componentsOf(whole, usable(DATA, orders))) {
        const known = part.reduce((least, v) => Math.min(least, gravest[v]), NOTHING);
        const found = gravestOf(induced(whole, part, inner), level, orders, known, budget, undecided);
        if (found === null) continue;
        for (const v of part) gravest[v] = Math.min(gravest[v], found.class);
        const outer = (cycle: Cycle): Cycle => renumbered(cycle, (v) => members[part[v]]);
        anomalies.push({
          ...outer(found.cycle),
          size: part.reduce((count, v) => count + (v < whole.real ? 1 : 0), 0),
          also: found.also.map(outer),
        });
      }
  }
  return { anomalies, undecided, components: components.length };
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

/** The cycle by its own class. A walk that passes a node twice is cut down to the gravest simple cycle in it. */
function named(steps: readonly Step[]): Cycle & { readonly class: number } {
  const simple = simplified(steps);
  const kind = classOf(simple);
  const predicate = simple.some((step) => (step.type & BY_PREDICATE) !== 0);
  return { class: kind, name: classNamed(kind, predicate) + LEVELS[levelOf(simple)], steps: simple };
}

/** Which orders a cycle needs: place in LEVELS. */
export function levelOf(steps: readonly Step[]): number {
  const used = steps.reduce((types, step) => types | step.type, 0);
  return (used & TIME) !== 0 ? 2 : (used & SESSIONS) !== 0 ? 1 : 0;
}

/** The class of a simple cycle: place in CLASSES. */
export function classOf(steps: readonly Step[]): number {
  const count = steps.filter(isRw).length;
  if (count === 0) return steps.some((step) => step.type === WR) ? 1 : 0;
  if (count === 1) return 2;
  const adjacent = steps.some((step, i) => isRw(step) && isRw(steps[(i + 1) % steps.length]));
  return adjacent ? 4 : 3;
}

const isRw = (step: Step): boolean => (step.type & ANY_RW) !== 0;

function isSimple(steps: readonly Step[]): boolean {
  return new Set(steps.map((step) => step.from)).size === steps.length;
}

function simplified(steps: readonly Step[]): readonly Step[] {
  const at = new Map<number, number>();
  for (const [i, { from }] of steps.entries()) {
    const first = at.get(from);
    if (first !== undefined) {
      const loops = [steps.slice(first, i), [...steps.slice(i), ...steps.slice(0, first)]].map(simplified);
      return loops.sort((a, b) => classOf(a) - classOf(b) || a.length - b.length)[0];
    }
    at.set(from, i);
  }
  return steps;
}

function renumbered(cycle: Cycle, outer: (node: number) => number): Cycle {
  const steps = cycle.steps.map(({ from, to, type }) => ({ from: outer(from), to: outer(to), type }));
  return { name: cycle.name, steps };
}
