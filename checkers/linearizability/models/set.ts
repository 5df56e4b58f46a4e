import { canonicalJson } from '../../../harness/history/dictionary.ts';
import type { Json } from '../../../harness/history/event.ts';
import type { Model } from './model.ts';

/** A set of values: `add` and `remove` one, `read` all (an array in any order), `contains` asks for one. */
export const set: Model<readonly Json[]> = {
  name: 'set',
  title: 'Set with add, remove, contains and read',
  functions: ['add', 'remove', 'contains', 'read'],
  init: (initial) => members(initial),
  step: (state, { f, value, result }) => {
    if (f === 'add') return has(state, value) ? state : members([...state, value]);
    if (f === 'remove') return state.filter((member) => !same(member, value));
    if (result === undefined) return state;
    if (f === 'contains') return has(state, value) === result ? state : undefined;
    return same(state, members(result)) ? state : undefined;
  },
  observes: ({ f }) => f === 'read' || f === 'contains',
  always: ({ f }) => f === 'add' || f === 'remove',
};

function same(a: Json, b: Json): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

function has(state: readonly Json[], value: Json): boolean {
  return state.some((member) => same(member, value));
}

/** In canonical order, so that equal sets are equal JSON. */
function members(value: Json): readonly Json[] {
  if (!Array.isArray(value)) return [];
  const byText = new Map((value as readonly Json[]).map((member) => [canonicalJson(member), member]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, member]) => member);
}
