import { historyOf } from '../../../harness/history/builder.ts';
import type { EventInput, EventType, Json } from '../../../harness/history/event.ts';
import { agree } from './fuzz.ts';
import { bruteForce, registerSpecification } from './oracle.ts';

type Choice = readonly [f: string, value: Json, type: EventType, result: Json];

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

/**
 * Judges every history of exactly `operations` operations on one register, each by a process of its own, in every order
 * of invocations and completions (up to the names of processes), and compares with brute force.
 * @returns how many there are
 */
export function exhaust(operations: number): number {
  let count = 0;
  for (const order of orders(operations))
    for (let code = 0; code < CHOICES.length ** operations; code++) {
      const chosen = Array.from(
        { length: operations },
        (_, i) => CHOICES[Math.floor(code / CHOICES.length ** i) % CHOICES.length],
      );
      const invoked = new Set<number>();
      const events = order.map((process, time): EventInput => {
        const [f, value, type, result] = chosen[process];
        if (invoked.has(process)) return { process, time, type, f, value: result };
        invoked.add(process);
        return { process, time, type: 'invoke', f, value };
      });
      const history = historyOf(events);
      agree(history, bruteForce(history, registerSpecification, null), { initial: null });
      count++;
    }
  return count;
}

/** Every way to interleave the two events of each process, process n invoking before process n + 1. */
function orders(processes: number): number[][] {
  if (processes === 0) return [[]];
  return orders(processes - 1).flatMap((order) => {
    const after = processes === 1 ? 0 : order.indexOf(processes - 2) + 1;
    const both: number[][] = [];
    for (let i = after; i <= order.length; i++)
      for (let j = i; j <= order.length; j++)
        both.push(order.toSpliced(j, 0, processes - 1).toSpliced(i, 0, processes - 1));
    return both;
  });
}
