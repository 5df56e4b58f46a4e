// All cycles of a dependency graph, component by component, within one budget.
import { componentsOf } from './components.ts';
import { classifyComponent, type Anomaly, type Classified } from './component.ts';
import { SESSIONS, TIME, renumbered } from './cycle.ts';
import { DATA, RW_PREDICATE, induced, usable, type Graph } from './graph.ts';
import { int32 } from './growable.ts';

export interface Classification {
  readonly anomalies: readonly Anomaly[];
  /** Classes that may hide in components that were too large for the budget. */
  readonly undecided: ReadonlySet<string>;
  /** Components with a cycle, by any edges. */
  readonly components: number;
}

/** A component, and how many edges may be looked at in it. */
export interface Task {
  readonly graph: Graph;
  readonly budget: number;
}

/** The components of a graph that could hold cycles, each a graph of its own: node i is `members[i]`. */
export interface Component {
  readonly members: Int32Array;
  readonly graph: Graph;
}

export function cyclicComponents(graph: Graph): readonly Component[] {
  const found = componentsOf(graph, usable(DATA, SESSIONS | TIME | RW_PREDICATE));
  const scratch = int32(found.length === 0 ? 0 : graph.nodes).fill(-1);
  return found.map((members) => ({ members, graph: induced(graph, members, scratch) }));
}

/**
 * Names the cycles of the components. Every component gets a share of the budget by its edges, and those that spent
 * theirs try again with what the others left over: so the outcome depends neither on the order in which they are looked
 * at nor on how many at a time.
 */
export function* classifying(
  components: readonly Component[],
  budget: number,
): Generator<readonly Task[], Classification, readonly Classified[]> {
  const first = tasksOf(components, budget);
  const results = [...(yield first)];
  const spent = components.flatMap((_, i) => (results[i].left <= 0 ? [i] : []));
  const over = results.reduce((sum, { left }) => sum + Math.max(0, left), 0);
  if (spent.length > 0 && over > 0) {
    const more = tasksOf(
      spent.map((i) => components[i]),
      over,
    );
    const again = yield more.map((task, j) => ({ ...task, budget: task.budget + first[spent[j]].budget }));
    spent.forEach((i, j) => (results[i] = again[j]));
  }
  return {
    anomalies: results.flatMap(({ anomalies }, i) => {
      const { members } = components[i];
      const outer = (v: number): number => members[v];
      return anomalies.map((a) => ({
        ...a,
        ...renumbered(a, outer),
        also: a.also.map((cycle) => renumbered(cycle, outer)),
      }));
    }),
    undecided: new Set(results.flatMap(({ undecided }) => undecided)),
    components: components.length,
  };
}

function tasksOf(components: readonly Component[], budget: number): Task[] {
  const all = edgesIn(components);
  return components.map(({ graph }) => ({
    graph,
    budget: Math.floor((budget * graph.edges.length) / all),
  }));
}

export const edgesIn = (components: readonly Component[]): number =>
  components.reduce((sum, { graph }) => sum + graph.edges.length, 0);

/** One component after the other. */
export function classify(components: readonly Component[], budget: number): Classification {
  const steps = classifying(components, budget);
  for (let next = steps.next(); ;) {
    if (next.done === true) return next.value;
    next = steps.next(next.value.map((task) => classifyComponent(task.graph, task.budget)));
  }
}
