import { historyOf } from '../../../harness/history/builder.ts';
import { everyObjectHistory, type Choice } from '../../testing/every-object-history.ts';
import { agree } from './fuzz.ts';
import { bruteForce, registerSpecification } from './oracle.ts';

/** What an operation on a register with two values can be. */
const CHOICES: readonly Choice[] = [
  ['write', 1, 'ok', 1],
  ['write', 2, 'ok', 2],
  ['write', 1, 'info', 1],
  ['write', 2, 'fail', 2],
  ['read', null, 'ok', null],
  ['read', null, 'ok', 1],
  ['read', null, 'ok', 2],
  ['cas', [1, 2], 'ok', true],
  ['cas', [1, 2], 'ok', false],
  ['cas', [1, 2], 'info', null],
];

/** Judges every history of exactly `operations` of these and compares with brute force. @returns how many there are */
export function exhaust(operations: number): number {
  let count = 0;
  for (const events of everyObjectHistory(CHOICES, operations)) {
    const history = historyOf(events);
    agree(history, bruteForce(history, registerSpecification, null), { initial: null });
    count++;
  }
  return count;
}
