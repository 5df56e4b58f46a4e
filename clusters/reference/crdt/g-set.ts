/** A set that only grows (Shapiro et al. 2011, specification 11): its elements, sorted, each once. */
export type GSet = readonly string[];

/** Both are sorted: one walk, linear. */
export function mergeGSets(a: GSet, b: GSet): GSet {
  const merged: string[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    const fromA = j >= b.length || (i < a.length && a[i] <= b[j]);
    const next = fromA ? a[i] : b[j];
    if (i < a.length && a[i] === next) i++;
    if (j < b.length && b[j] === next) j++;
    merged.push(next);
  }
  return merged;
}
