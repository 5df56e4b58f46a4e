// Monotonic atomic view, read atomic and causal consistency, decided: a cycle of read dependencies and of the orders
// of writers that a model implies.
import { componentsOf } from '../components.ts';
import {
  Edges,
  IMPLIED,
  NONE,
  PROCESS,
  WR,
  WW,
  graphOf,
  induced,
  targetOf,
  typeOf,
  type Graph,
} from '../graph.ts';
import { int32 } from '../growable.ts';
import { FAIL } from '../../../harness/history/history.ts';
import type { Transactions } from '../micro.ts';
import { Search, startsOf, type Budget, type Pattern, type Step } from '../search.ts';
import { causalByReads, causalInSessions } from './causal.ts';
import { fractured, monotonic, type Constraints, type Looked } from './constraints.ts';
import { INITIAL, type Observations } from './observations.ts';

/** What refutes a weak model, the gravest first. */
export const WEAK_CLASSES = ['G-monotonic', 'fractured-read', 'causality-violation'] as const;

/** A step whose type is IMPLIED follows from `read`; the node `transactions.count` stands for the initial versions. */
export interface WeakCycle {
  readonly name: string;
  readonly steps: readonly Step[];
  /** By step the micro-operation that implies it, -1 for other steps. */
  readonly reads: readonly number[];
}

/** Dependencies as they were inferred: the first `data` of `edges`, over `nodes` transactions and virtual nodes. */
export interface KnownOrders {
  readonly edges: Edges;
  readonly data: number;
  readonly nodes: number;
}

export interface WeakFindings {
  readonly cycles: readonly WeakCycle[];
  /** Classes for which the budget did not suffice. */
  readonly undecided: readonly string[];
}

/** Cycles of a name that are told. */
const KEPT = 10;
/** Edges looked at for one short cycle. */
const SEARCH = 5_000_000;

const ANY: Pattern = {
  start: IMPLIED,
  types: WW | WR | PROCESS | IMPLIED,
  step: () => 1,
  accepts: () => true,
};

/**
 * Without sessions, then with them; each level gives the gravest class that has a cycle, the second only if it is
 * graver. The strongest model is tried first: where it holds, all do. `known`: reads, and orders of versions known anyway.
 * `looked`: the transactions of which reads can contradict what is known, if others cannot (null: all can).
 */
export function weakCycles(
  transactions: Transactions,
  observations: Observations,
  known: KnownOrders,
  budget: Budget,
  looked: Looked = null,
): WeakFindings {
  const undecided: string[] = [];
  let suspects: Uint8Array | null = null;
  const constraintsOf = (kind: number, sessions: boolean): Constraints | null | 'budget' => {
    if (kind === 0) return monotonic(transactions, observations, looked);
    if (kind === 1) return fractured(transactions, observations, sessions, looked);
    if (sessions) return causalInSessions(transactions, observations, looked);
    return causalByReads(transactions, observations, looked, suspects, budget);
  };
  /** Cycles; null when the model does not hold for another reason: reads alone have a cycle, which is a G1c. */
  const search = (kind: number, sessions: boolean): readonly WeakCycle[] | null => {
    const name = WEAK_CLASSES[kind] + (sessions ? '-process' : '');
    const constraints = constraintsOf(kind, sessions);
    if (constraints === null) return null;
    if (constraints === 'budget') {
      undecided.push(name);
      return [];
    }
    const isStrongest = kind === CAUSALITY && sessions;
    if (!isStrongest && constraints.read.length === 0) return [];
    const { cycles, onCycles } = cyclesOf(transactions, known, constraints, sessions);
    if (isStrongest) suspects = onCycles;
    return cycles.map((cycle) => ({ ...cycle, name }));
  };
  const strongest = search(CAUSALITY, true);
  // A cycle of nothing but reads, sessions and known orders is none of these, but may hide that causality orders more.
  const isAcyclic = (suspects as Uint8Array | null)?.includes(1) === false;
  if (isAcyclic && undecided.length === 0) return { cycles: [], undecided };
  const plain = gravest((kind) => search(kind, false), WEAK_CLASSES.length);
  const inSessions = gravest((kind) => (kind === CAUSALITY ? strongest : search(kind, true)), plain.kind);
  return { cycles: [...plain.cycles, ...inSessions.cycles], undecided };
}

const CAUSALITY = WEAK_CLASSES.length - 1;

/** The first class below `end` that has cycles, and those. */
function gravest(
  search: (kind: number) => readonly WeakCycle[] | null,
  end: number,
): { readonly kind: number; readonly cycles: readonly WeakCycle[] } {
  for (let kind = 0; kind < end; kind++) {
    const cycles = search(kind) ?? [];
    if (cycles.length > 0) return { kind, cycles };
  }
  return { kind: end, cycles: [] };
}

function cyclesOf(
  transactions: Transactions,
  known: KnownOrders,
  constraints: Constraints,
  sessions: boolean,
): { readonly cycles: readonly Omit<WeakCycle, 'name'>[]; readonly onCycles: Uint8Array } {
  const { count, previous, status } = transactions;
  const initial = count;
  // Virtual nodes make room for the one of the initial versions.
  const moved = (node: number): number => (node < count ? node : node + 1);
  const node = (writer: number): number => (writer === INITIAL ? initial : writer);
  const { nodes } = known;
  const edges = new Edges(known.data + constraints.read.length + count);
  for (let i = 0; i < known.data; i++) {
    const type = typeOf(known.edges.packed.data[i]);
    if ((type & (WW | WR | NONE)) === 0) continue;
    edges.add(moved(known.edges.from.data[i]), moved(targetOf(known.edges.packed.data[i])), type);
  }
  if (sessions)
    for (let t = 0; t < count; t++)
      if (previous[t] >= 0 && status[t] !== FAIL) edges.add(previous[t], t, PROCESS);
  for (let i = 0; i < constraints.read.length; i++) {
    const { earlier, later } = constraints;
    edges.add(node(earlier.data[i]), node(later.data[i]), IMPLIED);
    // The initial version precedes them all.
    if (later.data[i] === INITIAL) edges.add(initial, earlier.data[i], WW);
  }
  const graph = graphOf(nodes + 1, count + 1, edges);
  const found: Omit<WeakCycle, 'name'>[] = [];
  const scratch = int32(graph.nodes).fill(-1);
  const onCycles = new Uint8Array(graph.nodes);
  for (const members of componentsOf(graph, WW | WR | PROCESS | IMPLIED | NONE)) {
    for (const node of members) onCycles[node] = 1;
    if (found.length === KEPT) continue;
    const steps = shortestIn(induced(graph, members, scratch));
    if (steps === null) continue;
    const outer = steps.map(({ from, to, type }) => ({ from: members[from], to: members[to], type }));
    found.push({ steps: outer, reads: outer.map((step) => readOf(step, constraints, initial)) });
  }
  return { cycles: found, onCycles };
}

/** A short cycle with an implied order in it; null when the component has none. */
function shortestIn(graph: Graph): Step[] | null {
  const search = new Search(graph);
  const starts = startsOf(graph, IMPLIED);
  const inner = starts.length === 0 ? null : search.shortest(ANY, starts, PROCESS, { left: SEARCH });
  if (inner !== null || starts.length === 0) return inner;
  return search.shortest(ANY, starts.slice(0, 1), PROCESS, { left: Infinity });
}

function readOf({ from, to, type }: Step, { earlier, later, read }: Constraints, initial: number): number {
  if (type !== IMPLIED) return -1;
  for (let i = 0; i < read.length; i++)
    if (earlier.data[i] === from && later.data[i] === (to === initial ? INITIAL : to)) return read.data[i];
  return -1;
}
