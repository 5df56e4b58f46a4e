import type { Planned } from '../../nemesis/schedule.ts';

/** A fault and what lifts it: they go together. */
export type Held = readonly Planned[];

/** Each fault with the next heal of its name. */
export function heldFaults(faults: readonly Planned[]): Held[] {
  const taken = new Set<Planned>();
  return faults.flatMap((begin, i) => {
    if (begin.f !== 'fault') return [];
    const end = faults.find(
      (later, j) => j > i && later.f === 'heal' && later.fault === begin.fault && !taken.has(later),
    );
    if (end) taken.add(end);
    return [end ? [begin, end] : [begin]];
  });
}

/** The schedule of these faults alone. */
export function scheduleOfHeld(kept: readonly Held[]): Planned[] {
  return kept.flat().sort((a, b) => a.at - b.at);
}

/** Those of a run's faults (several by comma) that the schedule names: a run is given no others. */
export function namedBy(nemesis: string, faults: readonly Planned[]): string {
  const named = new Set(faults.map(({ fault }) => fault));
  return nemesis
    .split(',')
    .filter((fault) => named.has(fault))
    .join(',');
}
