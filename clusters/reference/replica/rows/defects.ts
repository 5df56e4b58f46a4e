import type { BugName } from '../../bugs.ts';
import { mergeContexts } from '../../crdt/causal-context.ts';
import { combine } from '../../crdt/g-counter.ts';
import type { Resolution } from './resolution.ts';
import type { RowState } from './row-state.ts';

/** How a store with this defect resolves conflicts. */
export function defective<R extends Resolution>(resolution: R, bug: BugName | 'none'): R {
  return bug === 'whole-row-lww' ? { ...resolution, granularity: 'row' } : resolution;
}

/** What a store with this defect makes of a merge: `merged` is what it ought to be. */
export function afterMerge(
  before: RowState,
  change: RowState,
  merged: RowState,
  bug: BugName | 'none',
): RowState {
  if (bug === 'counter-merge-by-addition' && before.kind === 'counter' && change.kind === 'counter') {
    const sum = (a: number, b: number) => a + b;
    const [a, b] = [before.counter, change.counter];
    return { kind: 'counter', counter: { up: combine(a.up, b.up, sum), down: combine(a.down, b.down, sum) } };
  }
  if (bug === 'siblings-dropped' && merged.kind === 'versions')
    return { kind: 'versions', versions: { ...merged.versions, entries: merged.versions.entries.slice(-1) } };
  return merged;
}

/**
 * The bug `or-set-remove-unseen-adds`: a remove that takes for seen the next event, too, of every other actor, whatever
 * it adds. `base`: the set as the remover sees it.
 */
export function overreaching(base: RowState | null, actor: string, element: string): RowState | null {
  if (base?.kind !== 'set') return null;
  const { context, entries } = base.set;
  const vector = Object.entries(context.vector).map(
    ([other, count]) => [other, other === actor ? count : count + 1] as const,
  );
  const left = entries.filter((entry) => entry.value !== element);
  return {
    kind: 'set',
    set: {
      context: mergeContexts(context, { vector: Object.fromEntries(vector), cloud: [] }),
      entries: left,
    },
  };
}
