// Conflict-driven clause learning over edges: each literal stands for edges, and those of true literals must not form
// a cycle (Marques-Silva & Sakallah, GRASP 1996; the theory is that of MonoSAT and Cobra, OSDI 2020).
import { Column } from '../growable.ts';
import type { Budget } from '../search.ts';
import type { Acyclic } from './acyclic.ts';

/** Literals: 2v = variable v is true, 2v + 1 = it is false. */
export const not = (literal: number): number => literal ^ 1;

const UNASSIGNED = 2;

export class Solver {
  readonly #graph: Acyclic;
  readonly #budget: Budget;
  /** By literal up to two edges: from, to, from, to; -1 = none. */
  readonly #edges = new Column();
  #value = new Uint8Array(64).fill(UNASSIGNED);
  /** The value a variable is tried with first. */
  #phase = new Uint8Array(64);
  readonly #level = new Column();
  readonly #reason = new Column();
  readonly #clauses: number[][] = [];
  readonly #watches: number[][] = [];
  readonly #trail: number[] = [];
  /** By level, the length of the trail when it began, and the variable to decide next. */
  readonly #levels: { readonly trail: number; readonly next: number }[] = [];
  /** By literal of the trail that has been dealt with, how many edges there were before. */
  readonly #before: number[] = [];
  #next = 0;
  #contradiction = false;
  conflicts = 0;

  constructor(graph: Acyclic, budget: Budget) {
    this.#graph = graph;
    this.#budget = budget;
  }

  get variables(): number {
    return this.#level.length;
  }

  /** A variable, decided after those that were made before it. */
  variable(phase: boolean): number {
    const v = this.#level.push(-1);
    if (v === this.#value.length) {
      const grown = new Uint8Array(2 * v).fill(UNASSIGNED);
      grown.set(this.#value);
      this.#value = grown;
      const phases = new Uint8Array(2 * v);
      phases.set(this.#phase);
      this.#phase = phases;
    }
    this.#phase[v] = phase ? 1 : 0;
    this.#reason.push(-1);
    for (let i = 0; i < 8; i++) this.#edges.push(-1);
    this.#watches.push([], []);
    return v;
  }

  /** If the literal is true there is an edge; a literal has two at most. */
  edge(literal: number, from: number, to: number): void {
    const at = 4 * literal + (this.#edges.data[4 * literal] < 0 ? 0 : 2);
    this.#edges.data[at] = from;
    this.#edges.data[at + 1] = to;
  }

  /** One of the literals is true. After a solution it is taken back, and the next one sought from where it was. */
  clause(literals: readonly number[]): void {
    if (this.#levels.length > 0) this.#backTo(0);
    if (literals.some((literal) => this.#truth(literal) === 1)) return;
    const open = [...new Set(literals)].filter((literal) => this.#truth(literal) === UNASSIGNED);
    if (open.length === 0) this.#contradiction = true;
    else if (open.length > 1) this.#watch(this.#clauses.push(open) - 1);
    else this.#assign(open[0], -1);
  }

  /** true: all variables have values; false: they cannot have; null: the budget ended. */
  solve(): boolean | null {
    if (this.#contradiction) return false;
    for (;;) {
      const conflict = this.#propagate();
      if (this.#budget.left < 0) return null;
      if (conflict !== null) {
        if (this.#levels.length === 0) return false;
        this.#learn(conflict);
        continue;
      }
      while (this.#next < this.variables && this.#value[this.#next] !== UNASSIGNED) this.#next++;
      if (this.#next === this.variables) return true;
      this.#levels.push({ trail: this.#trail.length, next: this.#next });
      this.#assign(2 * this.#next + (this.#phase[this.#next] === 1 ? 0 : 1), -1);
    }
  }

  /** 1, 0 or UNASSIGNED. */
  #truth(literal: number): number {
    const value = this.#value[literal >> 1];
    return value === UNASSIGNED ? value : value ^ (literal & 1);
  }

  #assign(literal: number, reason: number): void {
    const v = literal >> 1;
    this.#value[v] = (literal & 1) ^ 1;
    this.#level.data[v] = this.#levels.length;
    this.#reason.data[v] = reason;
    this.#trail.push(literal);
  }

  #watch(c: number): void {
    this.#watches[this.#clauses[c][0]].push(c);
    this.#watches[this.#clauses[c][1]].push(c);
  }

  /** Draws all conclusions; a clause that cannot be true, or null. */
  #propagate(): readonly number[] | null {
    while (this.#before.length < this.#trail.length) {
      const literal = this.#trail[this.#before.length];
      this.#before.push(this.#graph.length);
      this.#budget.left--;
      const conflict = this.#addEdges(literal) ?? this.#visitClauses(not(literal));
      if (conflict !== null) return conflict;
    }
    return null;
  }

  #addEdges(literal: number): number[] | null {
    const edges = this.#edges.data;
    for (let i = 4 * literal; i < 4 * literal + 4 && edges[i] >= 0; i += 2) {
      const back = this.#graph.add(edges[i], edges[i + 1], literal);
      if (back !== null) return [...new Set([literal, ...back])].map(not);
    }
    return null;
  }

  /** The clauses that watch a literal which has become false. */
  #visitClauses(literal: number): readonly number[] | null {
    const watching = this.#watches[literal];
    let kept = 0;
    for (let i = 0; i < watching.length; i++) {
      const c = watching[i];
      const clause = this.#clauses[c];
      if (clause[0] === literal) [clause[0], clause[1]] = [clause[1], clause[0]];
      if (this.#truth(clause[0]) === 1) {
        watching[kept++] = c;
        continue;
      }
      const other = clause.findIndex((l, n) => n > 1 && this.#truth(l) !== 0);
      if (other > 0) {
        [clause[1], clause[other]] = [clause[other], clause[1]];
        this.#watches[clause[1]].push(c);
        continue;
      }
      watching[kept++] = c;
      if (this.#truth(clause[0]) === 0) {
        while (++i < watching.length) watching[kept++] = watching[i];
        watching.length = kept;
        return clause;
      }
      this.#assign(clause[0], c);
    }
    watching.length = kept;
    return null;
  }

  /** The first unique implication point: learns a clause, and goes back to where it has one literal left. */
  #learn(conflict: readonly number[]): void {
    this.conflicts++;
    const level = this.#levels.length;
    const seen = new Set<number>();
    const learned: number[] = [];
    let open = 0;
    let at = this.#trail.length - 1;
    let clause: readonly number[] = conflict;
    let asserted = -1;
    for (;;) {
      for (const literal of clause) {
        const v = literal >> 1;
        if (seen.has(v) || literal === asserted || this.#level.data[v] === 0) continue;
        seen.add(v);
        if (this.#level.data[v] === level) open++;
        else learned.push(literal);
      }
      while (!seen.has(this.#trail[at] >> 1)) at--;
      asserted = this.#trail[at--];
      this.#budget.left--;
      if (--open <= 0) break;
      clause = this.#clauses[this.#reason.data[asserted >> 1]];
    }
    const levelOf = (literal: number): number => this.#level.data[literal >> 1];
    learned.sort((a, b) => levelOf(b) - levelOf(a));
    this.#backTo(learned.length === 0 ? 0 : levelOf(learned[0]));
    if (learned.length === 0) return this.#assign(not(asserted), -1);
    const c = this.#clauses.push([not(asserted), ...learned]) - 1;
    this.#watch(c);
    this.#assign(not(asserted), c);
  }

  #backTo(level: number): void {
    const { trail, next } = this.#levels[level];
    this.#levels.length = level;
    while (this.#trail.length > trail) {
      const v = (this.#trail.pop() ?? 0) >> 1;
      // Tried first the next time, too.
      this.#phase[v] = this.#value[v];
      this.#value[v] = UNASSIGNED;
    }
    if (this.#before.length > trail) {
      this.#graph.shrink(this.#before[trail]);
      this.#before.length = trail;
    }
    this.#next = next;
  }
}
