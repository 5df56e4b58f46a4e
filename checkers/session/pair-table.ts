/** Words of an entry: first, second, value, and one unused, so that an entry never straddles two cache lines. */
const WIDTH = 4;

/**
 * Pairs of integers (the first not negative) → one integer, in one open-addressing typed array: a Map with composed keys
 * costs ten times the memory at a million entries, and columns of their own a cache miss each.
 */
export class PairTable {
  #mask: number;
  #entries: Int32Array;
  #size = 0;

  constructor(expected = 512) {
    let capacity = 1024;
    while (capacity < expected * 1.5) capacity *= 2;
    this.#mask = capacity - 1;
    this.#entries = emptied(capacity);
  }

  /** The value of the pair, -1 when it has none. */
  get(first: number, second: number): number {
    const at = this.#find(first, second);
    return this.#entries[at] < 0 ? -1 : this.#entries[at + 2];
  }

  set(first: number, second: number, value: number): void {
    const at = this.#placed(first, second);
    this.#entries[at + 2] = value;
  }

  /** Sets the value of a pair that has none; the one it has, else -1. */
  add(first: number, second: number, value: number): number {
    const at = this.#find(first, second);
    if (this.#entries[at] >= 0) return this.#entries[at + 2];
    this.set(first, second, value);
    return -1;
  }

  /** The pair's entry, made if it has none. */
  #placed(first: number, second: number): number {
    let at = this.#find(first, second);
    if (this.#entries[at] >= 0) return at;
    if (++this.#size * 1.5 > this.#mask) {
      this.#grow();
      at = this.#find(first, second);
    }
    this.#entries[at] = first;
    this.#entries[at + 1] = second;
    return at;
  }

  #find(first: number, second: number): number {
    const entries = this.#entries;
    let slot = (Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & this.#mask;
    for (let at = slot * WIDTH; ; at = slot * WIDTH) {
      if (entries[at] < 0 || (entries[at] === first && entries[at + 1] === second)) return at;
      slot = (slot + 1) & this.#mask;
    }
  }

  #grow(): void {
    const old = this.#entries;
    const capacity = (this.#mask + 1) * 2;
    this.#mask = capacity - 1;
    this.#entries = emptied(capacity);
    for (let from = 0; from < old.length; from += WIDTH) {
      if (old[from] < 0) continue;
      const at = this.#find(old[from], old[from + 1]);
      for (let w = 0; w < WIDTH; w++) this.#entries[at + w] = old[from + w];
    }
  }
}

function emptied(capacity: number): Int32Array<ArrayBuffer> {
  const entries = new Int32Array(capacity * WIDTH);
  for (let at = 0; at < entries.length; at += WIDTH) entries[at] = -1;
  return entries;
}
