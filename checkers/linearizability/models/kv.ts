import type { Json } from '../../../harness/history/event.ts';
import type { Model } from './model.ts';

/**
 * A key-value store of strings with append, as in Porcupine's kv model: a key that was never written reads nil or "",
 * and an append to it begins from "".
 */
export const kv: Model<string> = {
  name: 'kv',
  title: 'Key-value store with read (get), write (put) and append',
  functions: ['read', 'get', 'write', 'put', 'append'],
  init: textOf,
  step: (state, { f, value, result }) => {
    if (f === 'append') return state + textOf(value);
    if (f === 'write' || f === 'put') return textOf(value);
    return result === undefined || textOf(result) === state ? state : undefined;
  },
  observes: ({ f }) => f === 'read' || f === 'get',
  always: ({ f }) => f === 'write' || f === 'put' || f === 'append',
  overwrites: ({ f }) => f === 'write' || f === 'put',
};

function textOf(value: Json): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
