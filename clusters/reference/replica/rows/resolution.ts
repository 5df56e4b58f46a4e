import type { Json } from '../../../../harness/history/event.ts';
import { canonicalJson } from '../../../../harness/history/dictionary.ts';
import type { Fields } from '../types.ts';

/**
 * What becomes of concurrent changes of a row: the last writer wins · versions stay side by side as siblings until a
 * write that has seen them replaces them · counters and sets are CRDTs, other rows go to the last writer of a field ·
 * versions are kept, and a registered function makes one row of them.
 */
export type Conflicts = 'lww' | 'siblings' | 'crdt' | 'merge';

/** What competes under last writer wins: whole rows (a write carries the row as its node saw it), or each field. */
export type Granularity = 'row' | 'field';

/** Makes one value of a field's concurrent ones, which come sorted by their canonical JSON, each once. */
export type MergeFunction = (values: readonly Json[]) => Json;

/** The greatest number, or else the last in order · all elements of arrays · all texts in a row. */
const FUNCTIONS = {
  max: (values) =>
    values.every((value) => typeof value === 'number') ? Math.max(...values) : (values.at(-1) ?? null),
  union: (values) =>
    sortedOnce(values.flatMap((value) => (Array.isArray(value) ? (value as Json[]) : [value]))),
  concat: (values) =>
    values.map((value) => (typeof value === 'string' ? value : canonicalJson(value))).join(','),
} as const satisfies Readonly<Record<string, MergeFunction>>;

export type MergeName = keyof typeof FUNCTIONS;

export const MERGE_NAMES = Object.keys(FUNCTIONS) as readonly MergeName[];

export interface Resolution {
  readonly conflicts: Conflicts;
  readonly granularity: Granularity;
  readonly merge: MergeName;
}

/** One row of several versions, field by field: the same whatever the order of the versions. */
export function mergedFields(versions: readonly Fields[], name: MergeName): Fields {
  const names = [...new Set(versions.flatMap((version) => Object.keys(version)))].sort();
  return Object.fromEntries(
    names.map((field) => {
      const values = sortedOnce(versions.flatMap((v) => (Object.hasOwn(v, field) ? [v[field]] : [])));
      return [field, values.length === 1 ? values[0] : FUNCTIONS[name](values)];
    }),
  );
}

function sortedOnce(values: readonly Json[]): Json[] {
  const texts = new Map(values.map((value) => [canonicalJson(value), value]));
  return [...texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}
