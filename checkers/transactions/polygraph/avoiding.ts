// Models that say which cycles of dependencies there must not be (Adya 1999), where the order of versions is not known:
// is there an order without such a cycle? Orders in which dependencies flow forward are found one after the other; what
// closes a forbidden cycle in one is a clause for the next (clause learning modulo a lazy theory: Nieuwenhuis, Oliveras
// & Tinelli, JACM 2006). When no order is left there is none.
import { certainEdges } from '../certain.ts';
import { pairsOf } from '../explain.ts';
import { EventDependencies } from '../forbidden/events.ts';
import { edgesInside } from '../forbidden/inside.ts';
import { FORBIDDEN, type ForbiddenCycle, type ForbiddenKind, type Order } from '../forbidden/forbidden.ts';
import { RW, RW_PREDICATE, WR, WW, type Edges } from '../graph.ts';
import { int32 } from '../growable.ts';
import { isWriting, readers } from '../micro.ts';
import type { Budget, Step } from '../search.ts';
import type { Answer, Inferred } from './polygraph.ts';
import { pose, type Question } from './question.ts';
import { not } from './solver.ts';
import { areFew, tailsOf } from './tails.ts';

/** @param level 1: only orders in which sessions flow forward too; if there is one it is one, if not there may be others */
export function avoid(inferred: Inferred, kind: ForbiddenKind, level: 0 | 1, budget: Budget): Answer {
  const { find, misses, writersAreSerial } = FORBIDDEN[kind];
  const isReader = writersAreSerial ? readers(inferred.transactions) : null;
  const isOrdered = (t: number): boolean => isReader !== null && isReader[t] === 0;
  const tails = tailsOf(inferred);
  if (!areFew(tails)) return { holds: null, choices: 0, conflicts: 0 };
  const question = pose(inferred, { ordering: 'flow', level, misses, isOrdered, tails }, budget);
  if (question === null) return { holds: false, choices: 0, conflicts: 0 };
  const { solver } = question;
  const answer = (holds: boolean | null): Answer => ({
    holds,
    choices: solver.variables,
    conflicts: solver.conflicts,
  });
  for (;;) {
    if (budget.left < 0) return answer(null);
    const isSolved = solver.solve();
    if (isSolved !== true) return answer(isSolved);
    const order = new SolvedOrder(inferred, question);
    budget.left -= order.all;
    const cycles = find(order, budget);
    if (cycles === null) return answer(null);
    if (cycles.length === 0) return answer(true);
    for (const cycle of cycles) solver.clause(order.reasons(cycle).map(not));
  }
}

/** The versions in the order of a solution, and the dependencies that follow from it. */
class SolvedOrder implements Order {
  readonly inferred: Inferred;
  /** Those that lie on cycles. */
  readonly edges: Edges;
  /** How many there are in all. */
  readonly all: number;
  readonly events: EventDependencies;
  readonly #question: Question;

  constructor(inferred: Inferred, question: Question) {
    this.inferred = inferred;
    this.#question = question;
    const edges = certainEdges(inferred);
    const { count, writer, write, readers, reader } = question.versions;
    const { key, keys } = inferred.transactions;
    const byPlace = Array.from({ length: count }, (_, e) => e).sort(
      (e, f) => key[write[e]] - key[write[f]] || this.#place(e) - this.#place(f),
    );
    const next = int32(count).fill(-1);
    const previous = int32(count).fill(-1);
    const first = int32(keys.length).fill(-1);
    byPlace.forEach((f, i) => {
      if (i === 0 || key[write[byPlace[i - 1]]] !== key[write[f]]) {
        first[key[write[f]]] = f;
        return;
      }
      const e = byPlace[i - 1];
      next[e] = f;
      previous[f] = e;
      edges.add(writer[e], writer[f], WW);
      for (let r = readers[e]; r < readers[e + 1]; r++) edges.add(reader[r], writer[f], RW);
    });
    this.all = edges.length;
    this.edges = edgesInside(edges, inferred.nodes, inferred.transactions.count);
    const writers = (e: number): readonly number[] => (e < 0 ? [] : [writer[e]]);
    this.events = new EventDependencies(inferred, {
      isTotal: true,
      after: (read) => writers(this.#seen(read) < 0 ? first[key[read]] : next[this.#seen(read)]),
      first: (k) => writers(first[k]),
      before: (m) => writers(this.#version(m) < 0 ? -1 : previous[this.#version(m)]),
    });
  }

  /** The literals that make the cycle. */
  reasons({ steps, missed, entered, key }: ForbiddenCycle): readonly number[] {
    return steps.flatMap((step, i) =>
      this.#reasonsOf(step, key, i === 0 ? missed : undefined, i === steps.length - 1 ? entered : undefined),
    );
  }

  /** Of a step by whatever key, or by the one given; by whatever micro-operations, or by those. */
  #reasonsOf({ from, to, type }: Step, on?: number, missed?: number, entered?: number): readonly number[] {
    const { transactions } = this.inferred;
    const { kind, key } = transactions;
    const read = missed === undefined ? undefined : this.events.firstOf(missed);
    if (type === WR || type === RW_PREDICATE) return [];
    let best: readonly number[] | null = null;
    for (const [a, b] of pairsOf(transactions, from, to)) {
      if (on !== undefined && key[a] !== on) continue;
      if (entered !== undefined && b !== entered) continue;
      if (read !== undefined && read >= 0 && a !== read) continue;
      if (isWriting(kind[a]) !== (type === WW)) continue;
      const e = type === WW ? this.#version(a) : this.#seen(a);
      const f = this.#version(b);
      if (f < 0 || e < 0 || e === f || this.#place(e) > this.#place(f)) continue;
      const why = this.#question.choices.reasons(e, f);
      if (best === null || why.length < best.length) best = why;
    }
    return best ?? [];
  }

  #place(e: number): number {
    const { acyclic, events, versions } = this.#question;
    return acyclic.place[events.end(versions.writer[e])];
  }

  /** The version that a micro-operation wrote, -1 if none. */
  #version(m: number): number {
    return this.#question.versions.of[m];
  }

  /** The version that a read saw, -1 if the initial one. */
  #seen(read: number): number {
    const { source, final } = this.inferred.registers;
    return source[read] < 0 ? -1 : this.#version(final[source[read]]);
  }
}
