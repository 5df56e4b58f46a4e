/** Draws from a tape of numbers (fast-check's, so that a failure shrinks), then from a generator seeded by it. */
export class Tape {
  readonly #numbers: readonly number[];
  #next = 0;
  #state: number;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
    this.#state = numbers.reduce((sum, n) => (Math.imul(sum, 31) + n) | 0, 1);
  }

  /** 0 … sides - 1 */
  roll(sides: number): number {
    if (this.#next < this.#numbers.length) return this.#numbers[this.#next++] % sides;
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) | 0;
    return (this.#state >>> 8) % sides;
  }
}
