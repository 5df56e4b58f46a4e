/** Something due at a virtual moment. `slot` is its place in the heap, -1 when it is in none. */
export interface Due {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
  /** Nobody can be woken by it. */
  readonly quiet: boolean;
  slot: number;
}

const before = (a: Due, b: Due): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/**
 * A binary heap, earliest first, ties by `order` (first come, first served). Entries know their slots, so that a
 * cancelled timer leaves at once: most timers are time-outs that never fire, and would otherwise pile up.
 */
export class DueHeap {
  readonly #entries: Due[] = [];

  get size(): number {
    return this.#entries.length;
  }

  push(due: Due): void {
    this.#entries.push(due);
    this.#rise(due, this.#entries.length - 1);
  }

  pop(): Due | undefined {
    const first = this.#entries[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  /** Takes `due` out; nothing happens when it is not in. */
  remove(due: Due): void {
    const slot = due.slot;
    if (slot < 0) return;
    due.slot = -1;
    const last = this.#entries.pop();
    if (last === undefined || last === due) return;
    this.#sink(last, slot);
    this.#rise(last, last.slot);
  }

  #rise(due: Due, slot: number): void {
    while (slot > 0) {
      const parent = (slot - 1) >> 1;
      if (!before(due, this.#entries[parent])) break;
      this.#place(this.#entries[parent], slot);
      slot = parent;
    }
    this.#place(due, slot);
  }

  #sink(due: Due, slot: number): void {
    for (;;) {
      let child = 2 * slot + 1;
      if (child >= this.#entries.length) break;
      const right = child + 1;
      if (right < this.#entries.length && before(this.#entries[right], this.#entries[child])) child = right;
      if (!before(this.#entries[child], due)) break;
      this.#place(this.#entries[child], slot);
      slot = child;
    }
    this.#place(due, slot);
  }

  #place(due: Due, slot: number): void {
    this.#entries[slot] = due;
    due.slot = slot;
  }
}
