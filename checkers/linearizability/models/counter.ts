import type { Json } from '../../../harness/history/event.ts';
import type { Model } from './model.ts';

/** A counter: `add` (or `increment`, `decrement`) an amount, by default one, and `read` the sum. */
export const counter: Model<number> = {
  name: 'counter',
  title: 'Counter with add, increment, decrement and read',
  functions: ['add', 'increment', 'decrement', 'read'],
  init: (initial) => (typeof initial === 'number' ? initial : 0),
  step: (state, { f, value, result }) => {
    if (f === 'read') return result === undefined || result === state ? state : undefined;
    const amount = amountOf(value);
    return f === 'decrement' ? state - amount : state + amount;
  },
  observes: ({ f }) => f === 'read',
  always: ({ f }) => f !== 'read',
};

function amountOf(value: Json): number {
  return typeof value === 'number' ? value : 1;
}
