// Ranges of tokens, and lists of them that are in order. Tokens compare by code units.

/** From `lo` up to, without, `hi`; null: to the end. */
export interface TokenRange {
  readonly lo: string;
  readonly hi: string | null;
}

export const EVERYTHING: TokenRange = { lo: '', hi: null };

export function isIn(token: string, { lo, hi }: TokenRange): boolean {
  return token >= lo && (hi === null || token < hi);
}

/** Does an end lie before a token? Null is the end of all. */
export function endsBefore(hi: string | null, token: string): boolean {
  return hi !== null && hi <= token;
}

export function lesserEnd(a: string | null, b: string | null): string | null {
  if (a === null) return b;
  return b === null || a < b ? a : b;
}

/** What both cover, or null. */
export function overlap(a: TokenRange, b: TokenRange): TokenRange | null {
  const lo = a.lo > b.lo ? a.lo : b.lo;
  const hi = lesserEnd(a.hi, b.hi);
  return hi !== null && hi <= lo ? null : { lo, hi };
}

/** The index of the range that the token lies in, in ranges that are in order; -1 if none covers it. */
export function indexOf(ranges: readonly TokenRange[], token: string): number {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ranges[middle].lo <= token) low = middle + 1;
    else high = middle;
  }
  return low > 0 && isIn(token, ranges[low - 1]) ? low - 1 : -1;
}

/** `ranges` with `range` in the place of whatever it overlaps; what is cut off of a neighbour keeps its other properties. */
export function withRange<R extends TokenRange>(ranges: readonly R[], range: R): R[] {
  const before = ranges.flatMap((one) => {
    if (one.lo >= range.lo) return [];
    return [endsBefore(one.hi, range.lo) ? one : { ...one, hi: range.lo }];
  });
  const after = ranges.flatMap((one) => {
    if (range.hi === null || (one.hi !== null && one.hi <= range.hi)) return [];
    return [one.lo >= range.hi ? one : { ...one, lo: range.hi }];
  });
  return [...before, range, ...after];
}

/** What `whole` has and none of the ranges covers; the ranges may overlap, in any order. */
export function gaps(ranges: readonly TokenRange[], whole: TokenRange = EVERYTHING): TokenRange[] {
  const found: TokenRange[] = [];
  let reached: string | null = whole.lo;
  for (const { lo, hi } of [...ranges].sort((a, b) => (a.lo < b.lo ? -1 : 1))) {
    if (reached === null || (whole.hi !== null && lo >= whole.hi)) break;
    if (lo > reached) found.push({ lo: reached, hi: lo });
    if (hi === null) reached = null;
    else if (hi > reached) reached = hi;
  }
  if (reached !== null && (whole.hi === null || reached < whole.hi))
    found.push({ lo: reached, hi: whole.hi });
  return found;
}

/** In words. */
export function told({ lo, hi }: TokenRange): string {
  return `[${lo === '' ? 'begin' : JSON.stringify(lo)}, ${hi === null ? 'end' : JSON.stringify(hi)})`;
}
