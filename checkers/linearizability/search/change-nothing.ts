import type { OpenOperations } from './open.ts';
import type { Problem } from './problem.ts';

/** Which open operations would change nothing in a state, as masks, computed once a state between two returns. */
export class ChangeNothing {
  /** Masks of the operations that only observe, and of the others, at the offset that {@link of} tells. */
  pure = new Int32Array(64);
  changing = new Int32Array(64);
  readonly #problem: Problem;
  readonly #open: OpenOperations;
  /** Offset of each state's masks + 1, valid where `#age` is the present one. */
  #at = new Int32Array(64);
  #bornAt = new Int32Array(64);
  #age = 0;
  #used = 0;

  constructor(problem: Problem, open: OpenOperations) {
    this.#problem = problem;
    this.#open = open;
  }

  /** The open operations are others now. */
  forget(): void {
    this.#age++;
    this.#used = 0;
  }

  of(state: number): number {
    if (state >= this.#at.length) {
      this.#at = longer(this.#at, state + 1);
      this.#bornAt = longer(this.#bornAt, state + 1);
    }
    if (this.#bornAt[state] !== this.#age) {
      this.#bornAt[state] = this.#age;
      this.#at[state] = this.#compute(state);
    }
    return this.#at[state];
  }

  #compute(state: number): number {
    const { words, slotOf, pure, changing } = this.#open;
    const { machine, cls } = this.#problem;
    const at = this.#used;
    this.#used += words;
    if (this.#used > this.pure.length) {
      this.pure = longer(this.pure, this.#used);
      this.changing = longer(this.changing, this.#used);
    }
    for (let w = at; w < this.#used; w++) this.pure[w] = this.changing[w] = 0;
    for (let k = 0; k < pure.length; k++) {
      const op = pure[k];
      if (machine.step(state, cls[op]) === state) this.pure[at + (slotOf[op] >> 5)] |= 1 << (slotOf[op] & 31);
    }
    for (let k = 0; k < changing.length; k++) {
      const op = changing[k];
      if (machine.step(state, cls[op]) === state)
        this.changing[at + (slotOf[op] >> 5)] |= 1 << (slotOf[op] & 31);
    }
    return at;
  }
}

function longer(from: Int32Array, least: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(Math.max(least, from.length * 2));
  to.set(from);
  return to;
}
