/** Arrays from this length on are shared buffers. */
const LARGE = 1 << 14;

/**
 * Zeros. Large arrays lie in shared buffers, which do not count as memory of the heap: else the columns of a long
 * history make the collector walk the history itself again and again (at a million transactions that took longer than
 * the check).
 */
export function int32(length: number): Int32Array {
  return length < LARGE
    ? new Int32Array(length)
    : new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT));
}

/** A column of 32-bit integers that grows. */
export class Column {
  data: Int32Array;
  length = 0;

  /** @param capacity for how many there is room at first */
  constructor(capacity = 1024) {
    this.data = int32(capacity);
  }

  push(value: number): number {
    if (this.length === this.data.length) {
      const grown = int32(this.data.length * 2);
      grown.set(this.data);
      this.data = grown;
    }
    this.data[this.length] = value;
    return this.length++;
  }
}

/** The places of a column of numbers below `width`, by number; those of one number in their order. */
export function sortedBy(numbers: Int32Array, width: number): Int32Array {
  const begin = int32(width + 1);
  for (const number of numbers) begin[number + 1]++;
  for (let n = 0; n < width; n++) begin[n + 1] += begin[n];
  const sorted = int32(numbers.length);
  for (let i = 0; i < numbers.length; i++) sorted[begin[numbers[i]]++] = i;
  return sorted;
}
