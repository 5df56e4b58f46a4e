import { PENDING } from '../operations.ts';
import { Configurations } from './configurations.ts';
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
 * Operations are placed only when one returns that is not done: then it must be placed, or forgotten if it is free. What makes the frontier small:
 *
 * 1. An operation that changes nothing in the present state can be placed here: a read is done, another is free.
 * 2. A blind write frees every waiting total operation: each can be slipped in right before it, unseen. So of
 *    `write 1`, `write 2` open together, `write 2` alone need be tried: the other costs nothing any more.
 * 3. Indeterminate operations are born free. Of free operations of one class only the first to return is tried.
 * 4. A configuration that has an operation free can do all that one with it done or waiting can.
 * 5. A blind write that satisfied nobody is not followed by another at once: rule 2 covers that.
 *
 * `budget` bounds the configurations explored: deterministic, so that verdicts reproduce.
 */
export function search(problem: Problem, budget: number): Outcome {
  const { length, inv, ret, cls, machine } = problem;
  const returns = returnOrder(problem);
  const open = new OpenOperations(problem, mostOpen(problem, returns));
  const W = open.words;
  const width = 1 + 2 * W;
  let frontier = new Configurations(width);
  let next = new Configurations(width);
  const tried = new Configurations(width);
  /** For each entry of `tried`: 1 = reached by a blind write that satisfied nobody. */
  let idle = new Uint8Array(128);
  const scratch = new Int32Array(width);
  const masks = new ChangeNothing(problem, open);
  let explored = 0;

  scratch[0] = machine.initial;
  frontier.add(scratch, 0);
  let invoked = 0;
  for (const op of returns) {
    while (invoked < length && inv[invoked] < ret[op]) open.open(invoked++);
    masks.forget();
    const word = open.slotOf[op] >> 5;
    const bit = 1 << (open.slotOf[op] & 31);
    tried.clear();
    next.clear();
    for (let i = 0; i < frontier.size; i++) {
      for (let w = 0, from = i * width; w < width; w++) scratch[w] = frontier.words[from + w];
      settle();
      keep(word, bit, false, 0);
    }
    for (let i = 0; i < tried.size; i++) {
      expand(i, word, bit);
      if (explored > budget) return { type: 'budget', configurations: explored };
    }
    if (next.size === 0) return { type: 'stuck', failed: op, configurations: explored };
    open.close(op);
    [frontier, next] = [next, frontier];
  }
  return { type: 'linearizable', configurations: explored };

  /** Rule 1, and rule 3's birth, on the scratch configuration; true if an operation that waited no longer does. */
  function settle(): boolean {
    const at = masks.of(scratch[0]);
    let changed = 0;
    for (let w = 0; w < W; w++) {
      const done = scratch[1 + w] | masks.pure[at + w];
      const free = (scratch[1 + W + w] | masks.changing[at + w] | open.optional[w]) & ~done;
      changed |= (done ^ scratch[1 + w]) | (free ^ scratch[1 + W + w]);
      scratch[1 + w] = done;
      scratch[1 + W + w] = free;
    }
    return changed !== 0;
  }

  /**
   * The scratch configuration goes to the next frontier if the returning operation is done in it, or free and so
   * forgotten; unless it is done, it is also tried further, since the return is the last moment to place a free one.
   * `wasFree`: it was already free in the configuration before, which has been forgotten in already.
   */
  function keep(word: number, bit: number, wasFree: boolean, isIdle: number): void {
    const done = (scratch[1 + word] & bit) !== 0;
    if (!done) {
      if (tried.add(scratch, 0)) note(isIdle);
      if (wasFree || !(scratch[1 + W + word] & bit)) return;
    }
    scratch[1 + word] &= ~bit;
    scratch[1 + W + word] &= ~bit;
    if (next.add(scratch, 0)) explored++;
  }

  function note(isIdle: number): void {
    explored++;
    if (tried.size > idle.length) {
      const more = new Uint8Array(idle.length * 2);
      more.set(idle);
      idle = more;
    }
    idle[tried.size - 1] = isIdle;
  }

  function expand(entry: number, word: number, bit: number): void {
    const base = entry * width;
    const wasFree = (tried.words[base + 1 + W + word] & bit) !== 0;
    const state = tried.words[base];
    const { changing } = open;
    let someWaits = false;
    for (let w = 0; w < W; w++)
      if (open.total[w] & ~tried.words[base + 1 + w] & ~tried.words[base + 1 + W + w]) someWaits = true;
    for (let i = 0; i < changing.length;) {
      const c = cls[changing[i]];
      const after = machine.step(state, c);
      // Where it changes nothing it is free already; a blind write has still the others to free.
      const idles = after === state && !(machine.blind[c] === 1 && someWaits);
      let skip = after < 0 || idles || (machine.blind[c] === 1 && idle[entry] === 1);
      let triedFree = false;
      for (; i < changing.length && cls[changing[i]] === c; i++) {
        if (skip) continue;
        const slot = open.slotOf[changing[i]];
        const w = slot >> 5;
        const b = 1 << (slot & 31);
        if (tried.words[base + 1 + w] & b) continue;
        const isFree = (tried.words[base + 1 + W + w] & b) !== 0;
        if (isFree && triedFree) continue;
        for (let k = 0; k < width; k++) scratch[k] = tried.words[base + k];
        scratch[0] = after;
        scratch[1 + w] |= b;
        scratch[1 + W + w] &= ~b;
        place(c, word, bit, wasFree);
        // Of equal operations the one that waits and returns first will do; a free one that returns before it
        // leaves another future than it, unless a blind write frees them all anyway.
        if (!isFree || machine.blind[c]) skip = true;
        triedFree = true;
      }
    }
  }

  function place(c: number, word: number, bit: number, wasFree: boolean): void {
    const blind = machine.blind[c];
    if (blind) for (let w = 0; w < W; w++) scratch[1 + W + w] |= open.total[w] & ~scratch[1 + w];
    const satisfied = settle();
    keep(word, bit, wasFree, blind && !satisfied ? 1 : 0);
  }
}

/** Which open operations change nothing in a state, as masks, computed once a state between two returns. */
class ChangeNothing {
  pure = new Int32Array(64);
  changing = new Int32Array(64);
  readonly #problem: Problem;
  readonly #open: OpenOperations;
  readonly #at = new Map<number, number>();
  #used = 0;

  constructor(problem: Problem, open: OpenOperations) {
    this.#problem = problem;
    this.#open = open;
  }

  forget(): void {
    this.#at.clear();
    this.#used = 0;
  }

  /** Offset of the state's masks in `pure` and `changing`. */
  of(state: number): number {
    const known = this.#at.get(state);
    if (known !== undefined) return known;
    const { words, slotOf } = this.#open;
    const { machine, cls } = this.#problem;
    const at = this.#used;
    this.#used += words;
    if (this.#used > this.pure.length) {
      this.pure = doubled(this.pure, this.#used);
      this.changing = doubled(this.changing, this.#used);
    }
    this.pure.fill(0, at, this.#used);
    this.changing.fill(0, at, this.#used);
    for (const op of this.#open.pure)
      if (machine.step(state, cls[op]) === state) this.pure[at + (slotOf[op] >> 5)] |= 1 << (slotOf[op] & 31);
    for (const op of this.#open.changing)
      if (machine.step(state, cls[op]) === state)
        this.changing[at + (slotOf[op] >> 5)] |= 1 << (slotOf[op] & 31);
    this.#at.set(state, at);
    return at;
  }
}

function doubled(from: Int32Array, least: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(Math.max(least, from.length * 2));
  to.set(from);
  return to;
}

/** Operations that return, in order of return. */
function returnOrder({ length, ret }: Problem): Int32Array {
  const order = new Float64Array(length);
  let n = 0;
  for (let i = 0; i < length; i++) if (ret[i] !== PENDING) order[n++] = ret[i] * 0x400000 + i;
  return Int32Array.from(order.subarray(0, n).sort(), (x) => x % 0x400000);
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
