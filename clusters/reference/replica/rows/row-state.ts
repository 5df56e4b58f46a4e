import type { Json } from '../../../../harness/history/event.ts';
import { mergeKernels } from '../../crdt/dot-kernel.ts';
import { mergeLwwRegisters, type LwwRegister } from '../../crdt/lww-register.ts';
import { siblings, type MvRegister } from '../../crdt/mv-register.ts';
import { elements, type OrSet } from '../../crdt/or-set.ts';
import { countOf, mergePnCounters, type PnCounter } from '../../crdt/pn-counter.ts';
import { NEVER, isLater, type Stamp } from '../../crdt/stamp.ts';
import type { Fields } from '../types.ts';
import { mergedFields, type Resolution } from './resolution.ts';

/**
 * What replicas hold of a row, and ship: a state that merges with any other state of the row in whatever order, so that
 * a change is just a small state. `null` fields are a tombstone. `deleted`: the latest delete of the row.
 */
export type RowState =
  | { readonly kind: 'row'; readonly register: LwwRegister<Fields | null> }
  | {
      readonly kind: 'fields';
      readonly deleted: Stamp;
      readonly fields: Readonly<Record<string, LwwRegister<Json>>>;
    }
  | { readonly kind: 'versions'; readonly versions: MvRegister<Fields | null> }
  | { readonly kind: 'counter'; readonly counter: PnCounter }
  | { readonly kind: 'set'; readonly set: OrSet };

/** `order`: which of two stamps wins. */
export function mergeStates(a: RowState, b: RowState, order = isLater): RowState {
  if (a === b) return a;
  if (a.kind === 'row' && b.kind === 'row')
    return { kind: 'row', register: mergeLwwRegisters(a.register, b.register, order) };
  if (a.kind === 'fields' && b.kind === 'fields') return mergeFields(a, b, order);
  if (a.kind === 'versions' && b.kind === 'versions')
    return { kind: 'versions', versions: mergeKernels(a.versions, b.versions) };
  if (a.kind === 'counter' && b.kind === 'counter')
    return { kind: 'counter', counter: mergePnCounters(a.counter, b.counter) };
  if (a.kind === 'set' && b.kind === 'set') return { kind: 'set', set: mergeKernels(a.set, b.set) };
  // Somebody took a counter for a set: no answer is right, but it must be the same everywhere.
  return a.kind < b.kind ? a : b;
}

type FieldsState = Extract<RowState, { kind: 'fields' }>;

function mergeFields(a: FieldsState, b: FieldsState, order: typeof isLater): RowState {
  const fields = { ...a.fields };
  for (const [name, register] of Object.entries(b.fields))
    fields[name] = Object.hasOwn(fields, name) ? mergeLwwRegisters(fields[name], register, order) : register;
  return { kind: 'fields', deleted: order(b.deleted, a.deleted) ? b.deleted : a.deleted, fields };
}

/** What a reader sees: the fields in the order of their names; null when there is no row. */
export function visibleFields(state: RowState, resolution: Resolution, order = isLater): Fields | null {
  switch (state.kind) {
    case 'row':
      return state.register.value === null ? null : sorted(Object.entries(state.register.value));
    case 'fields': {
      const visible = Object.entries(state.fields).filter(([, field]) => order(field.stamp, state.deleted));
      return visible.length === 0 ? null : sorted(visible.map(([name, { value }]) => [name, value]));
    }
    case 'versions': {
      const versions = versionsOf(state);
      return versions.length === 0 ? null : mergedFields(versions, resolution.merge);
    }
    case 'counter':
      return { value: countOf(state.counter) };
    case 'set':
      return Object.fromEntries(elements(state.set).map((element) => [element, true]));
  }
}

/** The row's versions that stand side by side, deletes left out. */
export function versionsOf(state: Extract<RowState, { kind: 'versions' }>): readonly Fields[] {
  return siblings(state.versions).filter((version) => version !== null);
}

/** The delete that is all that is left of the row; null if something else is. */
export function tombstoneOf(state: RowState): Stamp | null {
  if (state.kind === 'row') return state.register.value === null ? state.register.stamp : null;
  if (state.kind !== 'fields' || state.deleted.time === NEVER.time) return null;
  const alive = Object.values(state.fields).some((field) => isLater(field.stamp, state.deleted));
  return alive ? null : state.deleted;
}

/** The latest stamp in a state: `NEVER` where versions are told apart by events. */
export function latestStamp(state: RowState | null): Stamp {
  if (state?.kind === 'row') return state.register.stamp;
  if (state?.kind !== 'fields') return NEVER;
  return Object.values(state.fields).reduce(
    (latest, { stamp }) => (isLater(stamp, latest) ? stamp : latest),
    state.deleted,
  );
}

function sorted(entries: readonly (readonly [string, Json])[]): Fields {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}
