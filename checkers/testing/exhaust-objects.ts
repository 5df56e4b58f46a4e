import { historyOf } from '../../harness/history/builder.ts';
import type { EventInput, Json } from '../../harness/history/event.ts';
import { fifoQueue } from '../classics/fifo-queue.ts';
import { CLASSICS } from '../classics/testing/definitions.ts';
import { bruteForce, queueSpecification } from '../linearizability/testing/oracle.ts';
import { COLLECTIONS } from '../sets-queues-counters/testing/definitions.ts';
import type { Checker, Verdict } from '../types.ts';
import { everyObjectHistory, type Choice } from './every-object-history.ts';

const write = (f: string, value: Json, type: 'ok' | 'info' | 'fail' = 'ok'): Choice => [
  f,
  value,
  type,
  value,
];
const gives = (f: string, ...results: readonly Json[]): Choice[] =>
  results.map((result) => [f, null, 'ok', result]);
const QUEUE = [
  write('enqueue', 1),
  write('enqueue', 2),
  write('enqueue', 1, 'info'),
  write('enqueue', 2, 'fail'),
];
const TAKES: readonly Choice[] = [...gives('dequeue', 1, 2, null), ['dequeue', null, 'info', null]];
const ADDS = [write('add', 1), write('add', 2)];

/** By name of a checker, what its operations can be. */
const CHOICES: { readonly [checker: string]: readonly Choice[] } = {
  'fifo-queue': [...QUEUE, ...TAKES],
  'total-queue': [...QUEUE, ...TAKES, ...gives('drain', [], [1], [1, 2])],
  set: [
    ...ADDS,
    write('add', 3, 'info'),
    write('add', 4, 'fail'),
    ...gives('read', [], [1], [1, 2], [3], [4, 4]),
  ],
  'set-full': [...ADDS, write('add', 3, 'info'), ...gives('read', [], [1], [1, 2], [3, 1])],
  counter: [
    ...ADDS,
    write('add', -1),
    write('add', 1, 'info'),
    write('add', 2, 'fail'),
    ...gives('read', 0, 1, 2, -1),
  ],
  'unique-ids': [...gives('generate', 1, 2, '1'), ['generate', null, 'info', null]],
  bank: [
    ...gives('read', { a: 1, b: 1 }, { a: 2, b: 0 }, { a: 3, b: -1 }, {}),
    write('open', { a: 1, b: 2 }),
  ],
  'causal-reverse': [...ADDS, write('add', 3, 'info'), ...gives('read', [], [1], [2], [1, 3])],
  monotonic: [...gives('read', 0, 1, 2), ...gives('inc', 1, 2), ['inc', null, 'info', null]],
};

/** Those whose elements are added once each. */
const ONCE = ['set', 'set-full', 'causal-reverse'];

/** By name of a checker, how many histories there were and how many of them are without a certain finding. */
export type ObjectsTally = { [checker: string]: { histories: number; valid: number } };

/**
 * Judges every history of so many operations on one object and compares with the definition, or with brute force.
 * @param names of the checkers; all that have one if none is given
 * @throws on the first disagreement, with the history
 */
export function exhaustObjects(
  operations: number,
  names: readonly string[] = Object.keys(CHOICES),
): ObjectsTally {
  const tally: ObjectsTally = {};
  for (const name of names) {
    const counts = (tally[name] = { histories: 0, valid: 0 });
    const judge = name === 'fifo-queue' ? judgeQueue : judgeBy(name);
    for (const events of everyObjectHistory(CHOICES[name], operations)) {
      if (ONCE.includes(name) && !addsOnce(events)) continue;
      counts.histories++;
      if (judge(events)) counts.valid++;
    }
  }
  return tally;
}

function addsOnce(events: readonly EventInput[]): boolean {
  const added = events.flatMap((e) => (e.type === 'invoke' && e.f === 'add' ? [e.value] : []));
  return new Set(added).size === added.length;
}

function certain(checker: Checker, events: readonly EventInput[]): string[] {
  const { findings } = checker.check(historyOf(events), {}) as Verdict;
  return [...new Set(findings.filter((f) => f.certain).map((f) => f.name))].sort();
}

function judgeQueue(events: readonly EventInput[]): boolean {
  const valid = bruteForce(historyOf(events), queueSpecification, []);
  if (valid !== (certain(fifoQueue, events).length === 0)) differs('fifo-queue', String(valid), events);
  return valid;
}

function judgeBy(name: string): (events: readonly EventInput[]) => boolean {
  const { checker, definition } = [...CLASSICS, ...COLLECTIONS].find((each) => each.checker.name === name)!;
  return (events) => {
    const expected = [...definition(events)].sort();
    if (certain(checker, events).join() !== expected.join()) differs(name, expected.join(), events);
    return expected.length === 0;
  };
}

function differs(name: string, expected: string, events: readonly EventInput[]): never {
  throw new Error(`${name}: by definition ${expected}:\n${events.map((e) => JSON.stringify(e)).join('\n')}`);
}
