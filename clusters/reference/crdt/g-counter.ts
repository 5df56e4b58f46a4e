/**
 * A counter that only grows: each actor counts its own increments, and the value is the sum (Shapiro, Preguiça,
 * Baquero & Zawirski, A comprehensive study of CRDTs, 2011, specification 6). Only the actor itself raises its count.
 */
export type GCounter = Readonly<Record<string, number>>;

export const NO_COUNTS: GCounter = {};

/** The increment as a state to merge: the actor's new count. `by` is not negative. */
export function increment(counter: GCounter, actor: string, by: number): GCounter {
  return { [actor]: (counter[actor] ?? 0) + by };
}

export function total(counter: GCounter): number {
  return Object.values(counter).reduce((sum, count) => sum + count, 0);
}

export function mergeGCounters(a: GCounter, b: GCounter): GCounter {
  return combine(a, b, Math.max);
}

/** Actor by actor; whom one side does not know counts as 0 there. */
export function combine(a: GCounter, b: GCounter, of: (x: number, y: number) => number): GCounter {
  const merged: Record<string, number> = { ...a };
  for (const [actor, count] of Object.entries(b)) merged[actor] = of(merged[actor] ?? 0, count);
  return merged;
}
