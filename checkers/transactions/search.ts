// Shortest cycles of a class: breadth-first search in the product of the graph and a small automaton that watches
// the types of the edges taken. An automaton of q states over n nodes has n·q states to visit.
import { int32 } from './growable.ts';
import { ANY_RW, NONE, RW, WR, WW, targetOf, typeOf, usable, type Graph } from './graph.ts';

/** What a cycle of a class looks like, from its first edge on. */
export interface Pattern {
  /** Types of the edge a cycle of this class is looked for from: every such cycle has one. */
  readonly start: number;
  /** Types of its edges; orders (PROCESS, REALTIME) come on top. */
  readonly types: number;
  /** The state after another edge, -1 = not of this class. State 0 … 3; the first edge leaves state 1. */
  readonly step: (state: number, type: number) => number;
  /** Is a walk that returned to where it began, in this state, of this class? */
  readonly accepts: (state: number) => boolean;
}

const STATES = 4;
/** Bit 0: the last edge was rw. Bit 1: what the class needs besides has been seen. */
const LAST = 1;
const SEEN = 2;

const stay = (): number => 1;
const always = (): boolean => true;

/** By class, the gravest first: see CLASSES. */
export const PATTERNS: readonly Pattern[] = [
  { start: WW, types: WW, step: stay, accepts: always },
  { start: WR, types: WW | WR, step: stay, accepts: always },
  { start: RW, types: WW | WR, step: stay, accepts: always },
  {
    start: RW,
    types: WW | WR | RW,
    step: (state, type) => ((type & ANY_RW) === 0 ? state & SEEN : (state & LAST) !== 0 ? -1 : SEEN | LAST),
    accepts: (state) => state === SEEN,
  },
  {
    start: RW,
    types: WW | WR | RW,
    step: (state, type) => {
      if ((type & ANY_RW) === 0) return state & SEEN;
      return (state & LAST) !== 0 ? SEEN | LAST : (state & SEEN) | LAST;
    },
    accepts: (state) => state !== 0,
  },
];

/** An edge of a cycle between two transactions; what lies between them in virtual nodes is left out. */
export interface Step {
  readonly from: number;
  readonly to: number;
  readonly type: number;
}

/** Deterministic work left, in edges looked at. */
export interface Budget {
  left: number;
}

/** Bounds of length that are tried in turn, so that a long search from one node does not hide a short cycle elsewhere. */
const LENGTHS = [2, 3, 4, 6, 10, 20, 60, Infinity];

/** Searches one graph again and again. */
export class Search {
  readonly #graph: Graph;
  readonly #seen: Int32Array;
  readonly #parent: Int32Array;
  readonly #via: Uint16Array;
  #round = 0;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#seen = int32(graph.nodes * STATES);
    this.#parent = int32(graph.nodes * STATES);
    this.#via = new Uint16Array(graph.nodes * STATES);
  }

  /**
   * A shortest cycle of the class through some edge of `starts` (pairs of node and packed edge), or null when there
   * is none, or the budget ended before one was found. `orders`: PROCESS and REALTIME edges that may be used.
   */
  shortest(pattern: Pattern, starts: readonly Start[], orders: number, budget: Budget): Step[] | null {
    for (const length of LENGTHS) {
      let best: Step[] | null = null;
      for (const start of starts) {
        if (budget.left <= 0) return best;
        const found = this.#from(pattern, start, orders, best === null ? length : best.length - 1, budget);
        if (found === null) continue;
        best = found;
        if (best.length === 2) return best;
      }
      if (best !== null) return best;
    }
    return null;
  }

  /** The shortest cycle of the class that begins with `start` and has at most `limit` edges, or null. */
  #from(pattern: Pattern, start: Start, orders: number, limit: number, budget: Budget): Step[] | null {
    const { offsets, edges, real } = this.#graph;
    const seen = this.#seen;
    const round = ++this.#round;
    const mask = usable(pattern.types, orders);
    const first = start.to * STATES + 1;
    seen[first] = round;
    this.#parent[first] = -1;
    this.#via[first] = start.type;
    let level = [first];
    for (let length = 1; length <= limit && level.length > 0; length++) {
      const next: number[] = [];
      let closing: { readonly state: number; readonly type: number } | null = null;
      // Grows while it is read: nodes behind virtual ones are on the same level.
      for (const state of level) {
        const v = Math.floor(state / STATES);
        if (length === limit && v < real) continue;
        budget.left -= offsets[v + 1] - offsets[v];
        for (let e = offsets[v]; e < offsets[v + 1]; e++) {
          const type = typeOf(edges[e]);
          if ((type & mask) === 0) continue;
          const free = type === NONE;
          const q = free ? state & (STATES - 1) : pattern.step(state & (STATES - 1), type);
          if (q < 0) continue;
          const w = targetOf(edges[e]);
          if (w === start.from && pattern.accepts(q)) {
            if (free) return this.#walk(start, state, type);
            closing ??= { state, type };
          }
          const reached = w * STATES + q;
          if (seen[reached] === round) continue;
          seen[reached] = round;
          this.#parent[reached] = state;
          this.#via[reached] = type;
          (free ? level : next).push(reached);
        }
      }
      if (closing !== null) return this.#walk(start, closing.state, closing.type);
      level = next;
    }
    return null;
  }

  /** The steps from `start.from` back to itself, the last one from the node of `state` by an edge of `type`. */
  #walk(start: Start, state: number, type: number): Step[] {
    const steps: Step[] = [];
    let to = start.from;
    let entered = type;
    for (let s = state; s >= 0; s = this.#parent[s]) {
      const v = Math.floor(s / STATES);
      if (v < this.#graph.real) {
        steps.push({ from: v, to, type: entered });
        to = v;
      }
      entered = this.#via[s];
    }
    steps.push({ from: start.from, to, type: entered });
    return steps.reverse();
  }
}

/** An edge that a search begins with. */
export interface Start {
  readonly from: number;
  readonly to: number;
  readonly type: number;
}

/** The edges of these types, those between transactions and those into virtual nodes. */
export function startsOf({ nodes, offsets, edges }: Graph, types: number): Start[] {
  const starts: Start[] = [];
  for (let v = 0; v < nodes; v++)
    for (let e = offsets[v]; e < offsets[v + 1]; e++)
      if ((typeOf(edges[e]) & types) !== 0)
        starts.push({ from: v, to: targetOf(edges[e]), type: typeOf(edges[e]) });
  return starts;
}
