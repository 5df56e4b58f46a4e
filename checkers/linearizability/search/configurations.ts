/**
 * A set of configurations, each `width` 32-bit words, in order of insertion: one typed array of entries and an
 * open-addressing table of their positions. Emptying costs the number of entries, not the size of the table.
 */
export class Configurations {
  readonly width: number;
  words: Int32Array;
  size = 0;
  #table = new Int32Array(256);
  #places = new Int32Array(128);

  constructor(width: number) {
    this.width = width;
    this.words = new Int32Array(128 * width);
  }

  /** Adds the `width` words of `from` at `offset`; false if the set has them already. */
  add(from: Int32Array, offset: number): boolean {
    const { width, words } = this;
    const mask = this.#table.length - 1;
    let h = 0;
    for (let i = 0; i < width; i++) h = Math.imul(h ^ from[offset + i], 0x9e3779b1) ^ (h >>> 15);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    let place = (h ^ (h >>> 13)) & mask;
    for (let entry; (entry = this.#table[place]) !== 0; place = (place + 1) & mask) {
      const base = (entry - 1) * width;
      let i = 0;
      while (i < width && words[base + i] === from[offset + i]) i++;
      if (i === width) return false;
    }
    const base = this.size * width;
    for (let i = 0; i < width; i++) words[base + i] = from[offset + i];
    this.#table[place] = ++this.size;
    this.#places[this.size - 1] = place;
    if (this.size === this.#places.length) this.#grow();
    return true;
  }

  clear(): void {
    for (let i = 0; i < this.size; i++) this.#table[this.#places[i]] = 0;
    this.size = 0;
  }

  #grow(): void {
    const old = { words: this.words, size: this.size };
    this.#table = new Int32Array(this.#table.length * 2);
    this.#places = new Int32Array(this.#places.length * 2);
    this.words = new Int32Array(old.words.length * 2);
    this.size = 0;
    for (let i = 0; i < old.size; i++) this.add(old.words, i * this.width);
  }
}
