import { PENDING } from '../operations.ts';
import { ChangeNothing } from './change-nothing.ts';
import { Configurations } from './configurations.ts';
import { Dominance } from './dominance.ts';
import { OpenOperations } from './open.ts';
import type { Outcome, Problem } from './problem.ts';

/**
 * Decides linearizability by sweeping over the history's events with a frontier of configurations (just-in-time
 * linearization: Lowe, Testing for linearizability, CCPE 2017). A configuration is a state with a status for each open
 * operation, in two masks:
 *
 * - waiting (neither bit): it must still be placed before it returns
 * - done: it has been placed
 * - free: it may still be placed for its effect, or be forgotten at no cost
 *
 * Operations are placed only when one returns that is not done: then it must be placed, or forgotten if it is free.
 * What makes the frontier small:
 *
 * 1. An operation that changes nothing in the present state can be placed here: a read is done, another is free.
 * 2. A blind write frees every waiting total operation: each can be slipped in right before it, unseen. So of
 *    `write 1`, `write 2` open together, `write 2` alone need be tried: the other costs nothing any more.
 * 3. Indeterminate operations are born free. Of free operations of one class only the first to return is tried.
 * 4. A configuration that has an operation free can do all that one with it done or waiting can: the latter is dropped.
 * 5. A blind write that satisfied nobody is not followed by another at once: rule 2 covers that.
 *
 * `budget` bounds the configurations explored: deterministic, so that verdicts reproduce.
 */
export function search(problem: Problem, budget: number): Outcome {
  return new Sweep(problem, budget).run();
}

class Sweep {
  readonly #problem: Problem;
  readonly #budget: number;
  readonly #returns: Int32Array;
  readonly #open: OpenOperations;
  readonly #changeNothing: ChangeNothing;
  readonly #dominance = new Dominance();
  /** Words of a mask; a configuration is the state, the mask of done operations, and that of free ones. */
  readonly #W: number;
  #frontier: Configurations;
  #next: Configurations;
  /** Configurations at the present return in which the returning operation is not done. */
  readonly #tried: Configurations;
  /** For each entry of `tried`: 1 = reached by a blind write that satisfied nobody (rule 5). */
  #idle = new Uint8Array(128);
  readonly #scratch: Int32Array;
  #explored = 0;
  /** The returning operation's bit. */
  #word = 0;
  #bit = 0;

  constructor(problem: Problem, budget: number) {
    this.#problem = problem;
    this.#budget = budget;
    this.#returns = returnOrder(problem);
    this.#open = new OpenOperations(problem, mostOpen(problem, this.#returns));
    this.#changeNothing = new ChangeNothing(problem, this.#open);
    this.#W = this.#open.words;
    const width = 1 + 2 * this.#W;
    this.#frontier = new Configurations(width);
    this.#next = new Configurations(width);
    this.#tried = new Configurations(width);
    this.#scratch = new Int32Array(width);
  }

  run(): Outcome {
    const { length, inv, ret, machine } = this.#problem;
    this.#scratch[0] = machine.initial;
    this.#frontier.add(this.#scratch, 0);
    let invoked = 0;
    for (let r = 0; r < this.#returns.length; r++) {
      const op = this.#returns[r];
      while (invoked < length && inv[invoked] < ret[op]) this.#open.open(invoked++);
      if (!this.#return(op)) return { type: 'budget', configurations: this.#explored };
      if (this.#next.size === 0) return { type: 'stuck', failed: op, configurations: this.#explored };
      this.#open.close(op);
      if (this.#next.size > 1) this.#dominance.prune(this.#next, this.#open.pureMask, this.#frontier);
      else [this.#frontier, this.#next] = [this.#next, this.#frontier];
    }
    return { type: 'linearizable', configurations: this.#explored };
  }

  /** Fills `next` with the configurations after the return of an operation; false when the budget is used up. */
  #return(op: number): boolean {
    const slot = this.#open.slotOf[op];
    this.#word = 1 + (slot >> 5);
    this.#bit = 1 << (slot & 31);
    this.#changeNothing.forget();
    this.#tried.clear();
    this.#next.clear();
    const { words, width, size } = this.#frontier;
    for (let i = 0; i < size; i++) {
      for (let w = 0; w < width; w++) this.#scratch[w] = words[i * width + w];
      this.#settle();
      this.#keep(false, 0);
    }
    for (let i = 0; i < this.#tried.size; i++) {
      this.#expand(i);
      if (this.#explored > this.#budget) return false;
    }
    return true;
  }

  /** Rule 1, and rule 3's birth, on the scratch configuration; true if an operation that waited no longer does. */
  #settle(): boolean {
    const W = this.#W;
    const scratch = this.#scratch;
    const at = this.#changeNothing.of(scratch[0]);
    const { pure, changing } = this.#changeNothing;
    let changed = 0;
    for (let w = 1; w <= W; w++) {
      const done = scratch[w] | pure[at + w - 1];
      const free = (scratch[W + w] | changing[at + w - 1] | this.#open.optional[w - 1]) & ~done;
      changed |= (done ^ scratch[w]) | (free ^ scratch[W + w]);
      scratch[w] = done;
      scratch[W + w] = free;
    }
    return changed !== 0;
  }

  /**
   * The scratch configuration goes to the next frontier if the returning operation is done in it, or free and so
   * forgotten; unless it is done, it is also tried further, since the return is the last moment to place a free one.
   * `wasFree`: it was free in the configuration before, which has been forgotten in already.
   */
  #keep(wasFree: boolean, isIdle: number): void {
    const scratch = this.#scratch;
    if (!(scratch[this.#word] & this.#bit)) {
      if (this.#tried.add(scratch, 0)) this.#note(isIdle);
      if (wasFree || !(scratch[this.#W + this.#word] & this.#bit)) return;
    }
    scratch[this.#word] &= ~this.#bit;
    scratch[this.#W + this.#word] &= ~this.#bit;
    if (this.#next.add(scratch, 0)) this.#explored++;
  }

  #note(isIdle: number): void {
    this.#explored++;
    const { size } = this.#tried;
    if (size > this.#idle.length) {
      const more = new Uint8Array(size * 2);
      more.set(this.#idle);
      this.#idle = more;
    }
    this.#idle[size - 1] = isIdle;
  }

  /** Places each open operation that could come next after an entry of `tried`. */
  #expand(entry: number): void {
    const { cls, machine } = this.#problem;
    const { changing, slotOf } = this.#open;
    const W = this.#W;
    const scratch = this.#scratch;
    const base = entry * (1 + 2 * W);
    const state = this.#tried.words[base];
    const wasFree = (this.#tried.words[base + W + this.#word] & this.#bit) !== 0;
    const someWait = this.#someWait(base);
    for (let i = 0; i < changing.length;) {
      const c = cls[changing[i]];
      const after = machine.step(state, c);
      const blind = machine.blind[c] === 1;
      // Where it changes nothing it is free already; a blind write has still the others to free.
      const useless =
        after < 0 || (after === state && !(blind && someWait)) || (blind && this.#idle[entry] === 1);
      let over = useless;
      let placedFree = false;
      for (; i < changing.length && cls[changing[i]] === c; i++) {
        if (over) continue;
        const slot = slotOf[changing[i]];
        const word = 1 + (slot >> 5);
        const bit = 1 << (slot & 31);
        const { words } = this.#tried;
        if (words[base + word] & bit) continue;
        const isFree = (words[base + W + word] & bit) !== 0;
        if (isFree && placedFree) continue;
        for (let w = 0; w <= 2 * W; w++) scratch[w] = words[base + w];
        scratch[0] = after;
        scratch[word] |= bit;
        scratch[W + word] &= ~bit;
        if (blind) for (let w = 1; w <= W; w++) scratch[W + w] |= this.#open.total[w - 1] & ~scratch[w];
        const satisfied = this.#settle();
        this.#keep(wasFree, blind && !satisfied ? 1 : 0);
        // Of equal operations the one that waits and returns first will do. A free one that returns before it leaves
        // another future than it does, unless a blind write frees them all anyway.
        over = !isFree || blind;
        placedFree = true;
      }
    }
  }

  #someWait(base: number): boolean {
    const { words } = this.#tried;
    const W = this.#W;
    for (let w = 1; w <= W; w++)
      if (this.#open.total[w - 1] & ~words[base + w] & ~words[base + W + w]) return true;
    return false;
  }
}

/** Operations that return, in order of return. */
function returnOrder({ length, ret }: Problem): Int32Array {
  const order = new Float64Array(length);
  let n = 0;
  for (let i = 0; i < length; i++) if (ret[i] !== PENDING) order[n++] = ret[i] * 0x400000 + i;
  const sorted = order.subarray(0, n).sort();
  const returns = new Int32Array(n);
  for (let i = 0; i < n; i++) returns[i] = sorted[i] % 0x400000;
  return returns;
}

function mostOpen({ length, inv, ret }: Problem, returns: Int32Array): number {
  let most = 0;
  let returned = 0;
  for (let i = 0; i < length; i++) {
    while (returned < returns.length && ret[returns[returned]] < inv[i]) returned++;
    most = Math.max(most, i + 1 - returned);
  }
  return most;
}
