import type { Problem } from './problem.ts';

/**
 * The open operations at a moment of the sweep, each in a slot (a bit of the configurations' masks) that it keeps from
 * invocation to return, and the order in which operations that can change the state are tried: by class, and within a
 * class the one that returns first, since equal operations are interchangeable but for their deadlines.
 */
export class OpenOperations {
  /** Number of 32-bit words of a mask: enough for the most operations ever open at once. */
  readonly words: number;
  readonly slotOf: Int32Array;
  readonly optional: Int32Array;
  readonly total: Int32Array;
  readonly pureMask: Int32Array;
  /** Open operations that are not pure, by class and deadline. */
  readonly changing: number[] = [];
  readonly pure: number[] = [];
  readonly #problem: Problem;
  readonly #free: number[] = [];

  constructor(problem: Problem, mostOpen: number) {
    this.#problem = problem;
    this.words = Math.max(1, Math.ceil(mostOpen / 32));
    this.slotOf = new Int32Array(problem.length);
    this.optional = new Int32Array(this.words);
    this.total = new Int32Array(this.words);
    this.pureMask = new Int32Array(this.words);
    for (let slot = mostOpen - 1; slot >= 0; slot--) this.#free.push(slot);
  }

  open(op: number): void {
    const { machine, cls, optional } = this.#problem;
    const slot = this.#free.pop() as number;
    this.slotOf[op] = slot;
    const bit = 1 << (slot & 31);
    if (optional[op]) this.optional[slot >> 5] |= bit;
    if (machine.total[cls[op]]) this.total[slot >> 5] |= bit;
    if (machine.pure[cls[op]]) {
      this.pure.push(op);
      this.pureMask[slot >> 5] |= bit;
    } else this.changing.splice(this.#placeOf(op), 0, op);
  }

  close(op: number): void {
    const list = this.#problem.machine.pure[this.#problem.cls[op]] ? this.pure : this.changing;
    list.splice(list.indexOf(op), 1);
    const slot = this.slotOf[op];
    const rest = ~(1 << (slot & 31));
    this.optional[slot >> 5] &= rest;
    this.total[slot >> 5] &= rest;
    this.pureMask[slot >> 5] &= rest;
    this.#free.push(slot);
  }

  #placeOf(op: number): number {
    const { cls, ret } = this.#problem;
    let from = 0;
    let to = this.changing.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      const other = this.changing[middle];
      const before = cls[other] < cls[op] || (cls[other] === cls[op] && ret[other] <= ret[op]);
      if (before) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
