import { Configurations } from '../linearizability/search/configurations.ts';
import type { OrderProblem } from './problem.ts';

/** Words of remembered configurations kept at most: 400 MB. */
const MEMORY = 100_000_000;

/** `order`: operations that were placed, the indeterminate ones that were needed among them. `steps` what it took. */
export type Ordering =
  | { readonly type: 'ordered'; readonly order: readonly number[]; readonly steps: number }
  | { readonly type: 'none'; readonly steps: number }
  | { readonly type: 'budget'; readonly steps: number };

/**
 * Looks for one legal order of all operations that respects each session's: depth first, the operation that was invoked
 * first before others, configurations (how far each process is, what each object holds) that led nowhere remembered.
 *
 * - An observation that is legal now is placed at once: it changes nothing for anybody else.
 * - A value is not replaced while somebody who can only have read it from here still must.
 *
 * `budget` bounds the operations looked at: deterministic, so that verdicts reproduce. The problem is NP-complete
 * (Gibbons & Korach, Testing shared memories, SIAM J. Comput. 1997).
 */
export function sequentialOrder(problem: OrderProblem, budget: number): Ordering {
  return new Search(problem, budget).run();
}

interface Branch {
  readonly candidates: readonly number[];
  next: number;
  /** Operations placed when the choice arose. */
  readonly depth: number;
}

class Search {
  readonly #p: OrderProblem;
  readonly #budget: number;
  /** How many operations of each chain are placed, then the state of each object: one configuration. */
  readonly #now: Int32Array;
  readonly #dead: Configurations;
  readonly #placed: number[] = [];
  readonly #stateBefore: number[] = [];
  readonly #holderBefore: number[] = [];
  /** The operation whose write each object holds; `length + object` at first. */
  readonly #holder: Int32Array;
  /** Readers of each write (and of each initial value) that must still be placed. */
  readonly #readers: Int32Array;
  #missing = 0;
  #steps = 0;

  constructor(problem: OrderProblem, budget: number) {
    const { chains, machines, length, must, source } = problem;
    this.#p = problem;
    this.#budget = budget;
    this.#now = new Int32Array(chains.length + machines.length);
    this.#dead = new Configurations(this.#now.length);
    this.#holder = Int32Array.from(machines, (_, object) => length + object);
    this.#readers = new Int32Array(length + machines.length);
    machines.forEach((machine, object) => (this.#now[chains.length + object] = machine.initial));
    for (let op = 0; op < length; op++) {
      this.#missing += must[op];
      if (must[op] && source[op] >= 0) this.#readers[source[op]]++;
    }
  }

  run(): Ordering {
    const branches: Branch[] = [];
    for (;;) {
      this.#observe();
      if (this.#missing === 0) return { type: 'ordered', order: this.#placed, steps: this.#steps };
      if (this.#steps > this.#budget || this.#dead.size * this.#now.length > MEMORY)
        return { type: 'budget', steps: this.#steps };
      const candidates = this.#candidates();
      // A choice met before led nowhere: it is entered when it first arises, and nothing returns from it but failure.
      if (candidates.length > 0 && (candidates.length === 1 || this.#dead.add(this.#now, 0)))
        branches.push({ candidates, next: 0, depth: this.#placed.length });
      let branch = branches.at(-1);
      for (; branch && branch.next === branch.candidates.length; branch = branches.at(-1)) branches.pop();
      if (!branch) return { type: 'none', steps: this.#steps };
      while (this.#placed.length > branch.depth) this.#takeBack();
      this.#place(branch.candidates[branch.next++]);
    }
  }

  /** Places every observation that is legal, until none is. */
  #observe(): void {
    const { chains, machines, object, cls } = this.#p;
    for (let changed = true; changed;) {
      changed = false;
      for (const chain of chains)
        for (let op = this.#head(chain); op >= 0; op = this.#head(chain)) {
          if (!machines[object[op]].pure[cls[op]] || !this.#isNext(op)) break;
          this.#place(op);
          changed = true;
        }
    }
  }

  /** Operations that change something and could be next, those that must be placed first, by invocation. */
  #candidates(): number[] {
    const { chains, machines, object, cls, must, inv } = this.#p;
    const found: number[] = [];
    for (const chain of chains) {
      const op = this.#head(chain);
      if (op >= 0 && !machines[object[op]].pure[cls[op]] && this.#isNext(op)) found.push(op);
    }
    return found.sort((a, b) => must[b] - must[a] || inv[a] - inv[b]);
  }

  #head(chain: readonly number[]): number {
    const at = this.#now[this.#p.chain[chain[0]]];
    return at < chain.length ? chain[at] : -1;
  }

  #isNext(op: number): boolean {
    this.#steps++;
    const { machines, object, cls, needs, source, must } = this.#p;
    const x = object[op];
    const machine = machines[x];
    const state = this.#now[this.#p.chains.length + x];
    if (machine.step(state, cls[op]) < 0 || needs(op).some((before) => !this.#isPlaced(before))) return false;
    if (machine.pure[cls[op]]) return true;
    const holder = this.#holder[x];
    const own = source[op] === holder ? must[op] : 0;
    return this.#readers[holder] === own;
  }

  #isPlaced(op: number): boolean {
    return this.#p.position[op] < this.#now[this.#p.chain[op]];
  }

  #place(op: number): void {
    const { object, cls, machines, chains, chain, source, must } = this.#p;
    const x = object[op];
    const at = chains.length + x;
    this.#placed.push(op);
    this.#stateBefore.push(this.#now[at]);
    this.#holderBefore.push(this.#holder[x]);
    this.#now[at] = machines[x].step(this.#now[at], cls[op]);
    this.#now[chain[op]]++;
    if (!machines[x].pure[cls[op]]) this.#holder[x] = op;
    if (must[op] && source[op] >= 0) this.#readers[source[op]]--;
    this.#missing -= must[op];
  }

  #takeBack(): void {
    const { object, chains, chain, source, must } = this.#p;
    const op = this.#placed.pop() as number;
    const x = object[op];
    this.#now[chains.length + x] = this.#stateBefore.pop() as number;
    this.#holder[x] = this.#holderBefore.pop() as number;
    this.#now[chain[op]]--;
    if (must[op] && source[op] >= 0) this.#readers[source[op]]++;
    this.#missing += must[op];
  }
}
