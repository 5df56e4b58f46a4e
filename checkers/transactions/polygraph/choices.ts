// What pruning leaves open, as variables and clauses.
import { int32 } from '../growable.ts';
import { MISS, type Transactions } from '../micro.ts';
import { fits } from '../predicates.ts';
import type { Registers } from '../registers.ts';
import type { Budget } from '../search.ts';
import { isSerial, type Events } from './events.ts';
import type { Pruned } from './pruning.ts';
import { not, type Solver } from './solver.ts';
import type { Versions } from './versions.ts';

/** Literals that need no variable. */
const TRUE = -1;
const FALSE = -2;

export class Choices {
  readonly #pairs = new Map<number, number>();
  readonly #sights = new Map<number, number>();

  readonly #transactions: Transactions;
  readonly #registers: Registers;
  readonly #events: Events;
  readonly #versions: Versions;
  readonly #pruned: Pruned;
  readonly #done: Int32Array;
  readonly #keyOf: Int32Array;
  readonly #solver: Solver;
  readonly #place: Int32Array;
  readonly #budget: Budget;

  constructor(
    transactions: Transactions,
    registers: Registers,
    events: Events,
    versions: Versions,
    pruned: Pruned,
    done: Int32Array,
    keyOf: Int32Array,
    solver: Solver,
    place: Int32Array,
    budget: Budget,
  ) {
    this.#transactions = transactions;
    this.#registers = registers;
    this.#events = events;
    this.#versions = versions;
    this.#pruned = pruned;
    this.#done = done;
    this.#keyOf = keyOf;
    this.#solver = solver;
    this.#place = place;
    this.#budget = budget;
  }

  /** Two versions of a key of which neither is certainly before the other: a variable, true if the first is. */
  addPairs(): void {
    const { count, runs, run, runOf, writer } = this.#versions;
    const first: number[] = [];
    const second: number[] = [];
    for (let e = 0; e < count; e++)
      for (let r = runOf[e] + 1; r < runs[this.#keyOf[e] + 1]; r++) {
        this.#budget.left--;
        for (let f = run[r] + this.#before(e, r); f < run[r + 1] && !this.#isBefore(e, f); f++) {
          first.push(e);
          second.push(f);
          if (--this.#budget.left < 0) return;
        }
      }
    // In the order of time, so that what hangs together is decided together.
    const when = (i: number): number =>
      Math.max(
        this.#place[this.#events.end(writer[first[i]])],
        this.#place[this.#events.end(writer[second[i]])],
      );
    const weight = new Float64Array(first.length);
    const order = int32(first.length);
    for (let i = 0; i < first.length; i++) {
      weight[i] = when(i);
      order[i] = i;
    }
    order.sort((a, b) => weight[a] - weight[b] || a - b);
    const isAsked = this.#registers.open.length > 0 || this.#events.ordering === 'flow';
    for (const i of order) {
      const e = first[i];
      const f = second[i];
      const ends = this.#events;
      const v = this.#solver.variable(this.#place[ends.end(writer[e])] < this.#place[ends.end(writer[f])]);
      this.#overwrites(2 * v, e, f);
      this.#overwrites(2 * v + 1, f, e);
      if (isAsked) this.#pairs.set(e * count + f, v);
    }
  }

  /** The literals, none or one, that make version f follow e in a solution in which it does. */
  reasons(e: number, f: number): readonly number[] {
    const literal = this.#follows(e, f);
    return literal === TRUE ? [] : [literal];
  }

  /** Versions of the run that are certainly before e. */
  #before(e: number, r: number): number {
    const { offset, before } = this.#pruned;
    return before[offset[e] + r - this.#versions.runs[this.#keyOf[e]]];
  }

  /** Is e certainly before f? */
  #isBefore(e: number, f: number): boolean {
    const { run, runOf } = this.#versions;
    return e - run[runOf[e]] < this.#before(f, runOf[e]);
  }

  /** The literal means that f follows e: so do its writer, and the readers of e come before that. */
  #overwrites(literal: number, e: number, f: number): void {
    const { writer } = this.#versions;
    const hasReaders = this.#done[e] >= 0;
    if (!hasReaders || !isSerial(this.#events.ordering))
      this.#solver.edge(literal, this.#events.end(writer[e]), this.#events.overwriting(writer[f]));
    if (hasReaders) this.#solver.edge(literal, this.#done[e], this.#events.end(writer[f]));
  }

  /**
   * A look at a key that returned nothing: of every version that would have been returned, the transaction did not see
   * it, or saw a later one that would not.
   */
  addLooks(): void {
    const { kind, key, values, owner } = this.#transactions;
    const { writer, write, runs, run } = this.#versions;
    for (const look of this.#registers.open) {
      if (kind[look] === MISS && !this.#events.predicates) continue;
      const t = owner[look];
      const told: number[] = [];
      const hidden: number[] = [];
      for (let e = run[runs[key[look]]]; e < run[runs[key[look] + 1]]; e++) {
        if (writer[e] === t) continue;
        const value = values[write[e]];
        const isTold = kind[look] === MISS ? fits(value, values[look]) : value !== null;
        (isTold ? told : hidden).push(e);
      }
      for (const e of told) this.#hides(t, e, hidden);
    }
  }

  #hides(t: number, told: number, hidden: readonly number[]): void {
    const unseen = negated(this.#sees(t, told));
    if (unseen === TRUE) return;
    const clause = unseen === FALSE ? [] : [unseen];
    for (const e of hidden) {
      this.#budget.left--;
      const both = [this.#follows(told, e), this.#sees(t, e)];
      if (both.includes(FALSE)) continue;
      const open = both.filter((literal) => literal !== TRUE);
      if (open.length === 0) return;
      if (open.length === 1) {
        clause.push(open[0]);
        continue;
      }
      const v = this.#solver.variable(true);
      for (const literal of open) this.#solver.clause([2 * v + 1, literal]);
      clause.push(2 * v);
    }
    this.#solver.clause(clause);
  }

  /** The literal that version f follows version e. */
  #follows(e: number, f: number): number {
    if (this.#versions.writer[e] === this.#versions.writer[f]) return FALSE;
    if (this.#versions.runOf[e] === this.#versions.runOf[f]) return e < f ? TRUE : FALSE;
    if (this.#isBefore(e, f)) return TRUE;
    if (this.#isBefore(f, e)) return FALSE;
    const [low, high] = e < f ? [e, f] : [f, e];
    const v = this.#pairs.get(low * this.#versions.count + high);
    // Without a choice of its own, the earlier is before a version of the same run that the later one follows.
    if (v === undefined) return e < f ? TRUE : FALSE;
    return e < f ? 2 * v : 2 * v + 1;
  }

  /** The literal that transaction t sees what the writer of version e did. */
  #sees(t: number, e: number): number {
    const start = this.#events.start(t);
    const end = this.#events.end(this.#versions.writer[e]);
    if (this.#pruned.past.has(end, start)) return TRUE;
    if (this.#pruned.past.has(start, end)) return FALSE;
    const name = start * this.#pruned.graph.nodes + end;
    let v = this.#sights.get(name);
    if (v === undefined) {
      v = this.#solver.variable(this.#place[end] < this.#place[start]);
      this.#solver.edge(2 * v, end, start);
      this.#solver.edge(2 * v + 1, start, end);
      this.#sights.set(name, v);
    }
    return 2 * v;
  }
}

function negated(literal: number): number {
  if (literal === TRUE) return FALSE;
  return literal === FALSE ? TRUE : not(literal);
}
