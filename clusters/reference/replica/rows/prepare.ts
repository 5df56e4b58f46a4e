import type { Json } from '../../../../harness/history/event.ts';
import { NOTHING_SEEN, type Dot } from '../../crdt/causal-context.ts';
import { NO_ENTRIES, type DotKernel } from '../../crdt/dot-kernel.ts';
import { write as writeVersion } from '../../crdt/mv-register.ts';
import { addElement, removeElement } from '../../crdt/or-set.ts';
import { ZERO, add } from '../../crdt/pn-counter.ts';
import { NEVER, isLater, type Stamp } from '../../crdt/stamp.ts';
import { sameJson } from '../tables.ts';
import type { Fields, RowChange } from '../types.ts';
import type { Resolution } from './resolution.ts';
import { visibleFields, type RowState } from './row-state.ts';

/** Who makes a change, and when. No two authors have the same name, and none uses a stamp twice. */
export interface Author {
  readonly actor: string;
  readonly stamp: Stamp;
}

/**
 * The state to merge that a change amounts to, for whom sees the row as `base` (null: no row); null for a compare-and-
 * set that does not match. `base` must hold all earlier changes of the same author.
 */
export function prepare(
  change: RowChange,
  base: RowState | null,
  author: Author,
  resolution: Resolution,
  order = isLater,
): RowState | null {
  const crdt = resolution.conflicts !== 'lww';
  const seen = base === null ? null : visibleFields(base, resolution, order);
  const assign = (fields: Fields) => writeOf(fields, seen, base, author, resolution);
  switch (change.op) {
    case 'write':
      if (change.context === undefined || !keepsVersions(resolution)) return assign(change.fields);
      return {
        kind: 'versions',
        versions: writeVersion(change.context, nextDot(kernelOf(base), author), change.fields),
      };
    case 'cas':
      return sameJson(seen?.[change.field] ?? null, change.old)
        ? assign({ [change.field]: change.new })
        : null;
    case 'delete':
      return deleteOf(base, author, resolution);
    case 'increment': {
      if (!crdt) return assign({ value: numberOf(seen?.value) + change.amount });
      const counter = base?.kind === 'counter' ? base.counter : ZERO;
      return { kind: 'counter', counter: add(counter, author.actor, change.amount) };
    }
    case 'insert': {
      if (!crdt) return assign({ [change.element]: true });
      const set = base?.kind === 'set' ? base.set : NO_ENTRIES;
      return { kind: 'set', set: addElement(set, nextDot(set, author), change.element) };
    }
    case 'remove': {
      if (!crdt) return assign({ [change.element]: null });
      return {
        kind: 'set',
        set: removeElement(base?.kind === 'set' ? base.set : NO_ENTRIES, change.element),
      };
    }
  }
}

/** Are plain rows kept in versions? */
export function keepsVersions({ conflicts }: Resolution): boolean {
  return conflicts === 'siblings' || conflicts === 'merge';
}

function writeOf(
  fields: Fields,
  seen: Fields | null,
  base: RowState | null,
  author: Author,
  resolution: Resolution,
): RowState {
  if (keepsVersions(resolution)) {
    const kernel = kernelOf(base);
    const versions = writeVersion(kernel.context, nextDot(kernel, author), { ...seen, ...fields });
    return { kind: 'versions', versions };
  }
  const { stamp } = author;
  if (resolution.conflicts === 'lww' && resolution.granularity === 'row')
    return { kind: 'row', register: { value: { ...seen, ...fields }, stamp } };
  const registers = Object.entries(fields).map(([name, value]) => [name, { value, stamp }] as const);
  return { kind: 'fields', deleted: NEVER, fields: Object.fromEntries(registers) };
}

function deleteOf(base: RowState | null, author: Author, resolution: Resolution): RowState {
  if (keepsVersions(resolution)) {
    const kernel = kernelOf(base);
    return { kind: 'versions', versions: writeVersion(kernel.context, nextDot(kernel, author), null) };
  }
  return resolution.conflicts === 'lww' && resolution.granularity === 'row'
    ? { kind: 'row', register: { value: null, stamp: author.stamp } }
    : { kind: 'fields', deleted: author.stamp, fields: {} };
}

function kernelOf(base: RowState | null): DotKernel<Fields | null> {
  return base?.kind === 'versions' ? base.versions : { context: NOTHING_SEEN, entries: [] };
}

/** The author's next event in the row: after all of its own that the context has seen. */
function nextDot({ context }: DotKernel<unknown>, { actor }: Author): Dot {
  let count = context.vector[actor] ?? 0;
  for (const dot of context.cloud) if (dot.actor === actor) count = Math.max(count, dot.count);
  return { actor, count: count + 1 };
}

function numberOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}
