import { NO_COUNTS, increment, mergeGCounters, total, type GCounter } from './g-counter.ts';

/** A counter that also falls: one {@link GCounter} up and one down (Shapiro et al. 2011, specification 7). */
export interface PnCounter {
  readonly up: GCounter;
  readonly down: GCounter;
}

export const ZERO: PnCounter = { up: NO_COUNTS, down: NO_COUNTS };

/** The change as a state to merge. */
export function add(counter: PnCounter, actor: string, amount: number): PnCounter {
  return amount < 0
    ? { up: NO_COUNTS, down: increment(counter.down, actor, -amount) }
    : { up: increment(counter.up, actor, amount), down: NO_COUNTS };
}

export function countOf(counter: PnCounter): number {
  return total(counter.up) - total(counter.down);
}

export function mergePnCounters(a: PnCounter, b: PnCounter): PnCounter {
  return { up: mergeGCounters(a.up, b.up), down: mergeGCounters(a.down, b.down) };
}
