import { canonicalJson } from '../../../harness/history/dictionary.ts';
import type { Json } from '../../../harness/history/event.ts';
import type { Model } from './model.ts';

/** A first-in-first-out queue. `dequeue` returns the oldest value, null when the queue is empty. */
export const queue: Model<readonly Json[]> = {
  name: 'queue',
  title: 'FIFO queue with enqueue and dequeue',
  functions: ['enqueue', 'dequeue'],
  init: (initial) => (Array.isArray(initial) ? (initial as readonly Json[]) : []),
  step: (state, { f, value, result }) => {
    if (f === 'enqueue') return [...state, value];
    if (result === undefined) return state.slice(1);
    if (result === null) return state.length === 0 ? state : undefined;
    return state.length > 0 && canonicalJson(state[0]) === canonicalJson(result) ? state.slice(1) : undefined;
  },
  always: ({ f, result }) => f === 'enqueue' || result === undefined,
};
