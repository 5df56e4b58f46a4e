/** The index of the first of sorted names after this one, which need not be among them. */
export function firstAfter(names: readonly string[], name: string): number {
  let [low, high] = [0, names.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (names[middle] <= name) low = middle + 1;
    else high = middle;
  }
  return low;
}
