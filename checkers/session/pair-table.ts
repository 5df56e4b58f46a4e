/**
 * Pairs of non-negative integers → one integer, in open-addressing typed arrays: a Map with composed keys costs
 * ten times the memory at a million entries.
 */
export class PairTable {
  #mask: number;
  #first: Int32Array;
  #second: Int32Array;
  #value: Int32Array;
  #size = 0;

  constructor(expected = 1024) {
    let capacity = 1024;
    while (capacity < expected * 2) capacity *= 2;
    this.#mask = capacity - 1;
    this.#first = new Int32Array(capacity).fill(-1);
    this.#second = new Int32Array(capacity);
    this.#value = new Int32Array(capacity);
  }

  /** The value of the pair, -1 when it has none. */
  get(first: number, second: number): number {
    const at = this.#find(first, second);
    return this.#first[at] < 0 ? -1 : this.#value[at];
  }

  set(first: number, second: number, value: number): void {
    let at = this.#find(first, second);
    if (this.#first[at] < 0) {
      if (++this.#size * 2 > this.#mask) {
        this.#grow();
        at = this.#find(first, second);
      }
      this.#first[at] = first;
      this.#second[at] = second;
    }
    this.#value[at] = value;
  }

  #find(first: number, second: number): number {
    let at = (Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b)) >>> 0;
    at = (at ^ (at >>> 15)) & this.#mask;
    while (this.#first[at] >= 0 && (this.#first[at] !== first || this.#second[at] !== second))
      at = (at + 1) & this.#mask;
    return at;
  }

  #grow(): void {
    const [first, second, value] = [this.#first, this.#second, this.#value];
    const capacity = first.length * 2;
    this.#mask = capacity - 1;
    this.#first = new Int32Array(capacity).fill(-1);
    this.#second = new Int32Array(capacity);
    this.#value = new Int32Array(capacity);
    for (let i = 0; i < first.length; i++) {
      if (first[i] < 0) continue;
      const at = this.#find(first[i], second[i]);
      this.#first[at] = first[i];
      this.#second[at] = second[i];
      this.#value[at] = value[i];
    }
  }
}
