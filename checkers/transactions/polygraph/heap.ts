/** A binary heap of nodes: the one with the least weight comes first, of equal ones the one with the least number. */
export class Heap {
  readonly #weight: Float64Array;
  readonly #heap: number[] = [];

  constructor(weight: Float64Array) {
    this.#weight = weight;
  }

  push(node: number): void {
    const heap = this.#heap;
    let i = heap.push(node) - 1;
    while (i > 0) {
      const up = (i - 1) >> 1;
      if (!this.#isLess(node, heap[up])) break;
      heap[i] = heap[up];
      i = up;
    }
    heap[i] = node;
  }

  /** -1 when it is empty. */
  pop(): number {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined) return -1;
    if (heap.length === 0) return last;
    const first = heap[0];
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#isLess(heap[child + 1], heap[child])) child++;
      if (!this.#isLess(heap[child], last)) break;
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = last;
    return first;
  }

  #isLess(a: number, b: number): boolean {
    const difference = this.#weight[a] - this.#weight[b];
    return difference < 0 || (difference === 0 && a < b);
  }
}
