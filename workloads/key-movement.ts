import { fn } from '../harness/generator/operations.ts';
import { delay } from '../harness/generator/time.ts';
import { MILLISECOND } from '../harness/runtime/types.ts';
import { defineWorkload } from './types.ts';

/** Keys whose place is looked up. */
const SAMPLE = 4000;

/** Asks the directory all the while where the same keys are: what moves when members come and go? */
export const keyMovement = defineWorkload({
  name: 'key-movement',
  title: 'Where do the same keys lie as shards join and leave: how many move, and between whom',
  port: 'placement',
  checkers: ['key-movement'],
  main: () =>
    delay(
      50 * MILLISECOND,
      fn(() => ({ f: 'locate', value: SAMPLE })),
    ),
  final: () => {
    return fn((turn) => (turn.n === 0 ? { f: 'locate', value: SAMPLE } : null));
  },
});
