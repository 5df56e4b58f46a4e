import {
  NOTHING_SEEN,
  compareDots,
  hasSeen,
  mergeContexts,
  type CausalContext,
  type Dot,
} from './causal-context.ts';

/** A value, named by the event that wrote it. */
export interface Entry<T> extends Dot {
  readonly value: T;
}

/**
 * What registers of several values and sets with removal are made of: the entries that are left, and the context of
 * all that were ever seen. An entry that is in the context and not among the entries has been overwritten or removed,
 * so that no tombstone is needed (Almeida, Shoker & Baquero 2018; Bieniusa et al., An optimized conflict-free
 * replicated set, 2012). Entries are sorted by their dots.
 */
export interface DotKernel<T> {
  readonly context: CausalContext;
  readonly entries: readonly Entry<T>[];
}

export const NO_ENTRIES = { context: NOTHING_SEEN, entries: [] } as const satisfies DotKernel<never>;

/** What both have, and what one of them has and the other never saw. Both are sorted: one walk. */
export function mergeKernels<T>(a: DotKernel<T>, b: DotKernel<T>): DotKernel<T> {
  const entries: Entry<T>[] = [];
  for (let i = 0, j = 0; i < a.entries.length || j < b.entries.length;) {
    const order =
      i === a.entries.length ? 1 : j === b.entries.length ? -1 : compareDots(a.entries[i], b.entries[j]);
    if (order === 0) entries.push(a.entries[i]);
    else if (order < 0 && !hasSeen(b.context, a.entries[i])) entries.push(a.entries[i]);
    else if (order > 0 && !hasSeen(a.context, b.entries[j])) entries.push(b.entries[j]);
    if (order <= 0) i++;
    if (order >= 0) j++;
  }
  return { context: mergeContexts(a.context, b.context), entries };
}
