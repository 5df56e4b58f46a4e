/**
 * Amounts that tell from a sum alone how often each was added (0, 1 or 2 times): each is larger than twice all the
 * smaller ones together, as the powers of 3, or of 4, are. Amounts may be negative.
 */
export class Amounts {
  readonly #order: readonly number[];
  readonly #amounts: readonly number[];
  /** By rank in ascending magnitude: the least and the greatest that the smaller ones add up to, each twice. */
  readonly #low: readonly number[];
  readonly #high: readonly number[];

  private constructor(
    amounts: readonly number[],
    order: readonly number[],
    low: readonly number[],
    high: readonly number[],
  ) {
    this.#amounts = amounts;
    this.#order = order;
    this.#low = low;
    this.#high = high;
  }

  /** Null if sums of `amounts` do not tell. */
  static of(amounts: readonly number[]): Amounts | null {
    const order = amounts.map((_, i) => i).sort((a, b) => Math.abs(amounts[a]) - Math.abs(amounts[b]));
    const low: number[] = [];
    const high: number[] = [];
    let least = 0;
    let greatest = 0;
    for (const i of order) {
      const amount = amounts[i];
      if (!Number.isSafeInteger(amount) || Math.abs(amount) <= greatest - least) return null;
      low.push(least);
      high.push(greatest);
      if (amount < 0) least += 2 * amount;
      else greatest += 2 * amount;
    }
    return Number.isSafeInteger(greatest - least) ? new Amounts(amounts, order, low, high) : null;
  }

  /** How often each amount is in `sum`; null if no 0, 1 or 2 times each make it. */
  in(sum: number): number[] | null {
    const times = new Array<number>(this.#amounts.length).fill(0);
    let rest = sum;
    for (let rank = this.#order.length - 1; rank >= 0; rank--) {
      const amount = this.#amounts[this.#order[rank]];
      let count = 0;
      while (count <= 2 && (rest < this.#low[rank] || rest > this.#high[rank])) {
        rest -= amount;
        count++;
      }
      if (count > 2) return null;
      times[this.#order[rank]] = count;
    }
    return rest === 0 ? times : null;
  }
}
