import { describe, expect, it } from 'vitest';
import { historyOf } from '../../harness/history/builder.ts';
import type { History } from '../../harness/history/history.ts';
import type { Json } from '../../harness/history/event.ts';
import type { Verdict } from '../types.ts';
import { concurrent, sequential } from './testing/histories.ts';
import { transactions } from './transactions.ts';
import { FURTHER_CYCLES } from './further-anomalies.ts';
import { WEAK_CLASSES } from './weak/weak.ts';

const FURTHER = [...WEAK_CLASSES, ...FURTHER_CYCLES.map(({ name }) => name)];

const judged = (history: History, model = 'strict-serializable'): Verdict =>
  transactions.check(history, { consistency: [model] }) as Verdict;
const named = (history: History): string[] =>
  judged(history)
    .findings.map(({ name }) => name)
    .filter((name) => !FURTHER.some((further) => name.startsWith(further)));

describe('predicates', () => {
  it('two transactions that each look for rows and insert one that the other missed are a G2, not a G2-item', () => {
    const history = concurrent('p xy, w x 1', 'p xy, w y 2', 'p xy x1 y2');
    expect(named(history)).toEqual(['G2']);
    expect(judged(history, 'repeatable-read').valid).toBe(true);
    expect(judged(history, 'serializable').valid).toBe(false);
    expect(judged(history).findings[0].explanation).toContain(
      '#3 looked for values and found none under y, so it did not see 2, which #4 wrote: #3 must come before #4',
    );
  });

  it('a predicate that misses what another read of the transaction saw is a G-single', () => {
    expect(named(concurrent('w x 1, w y 1', 'r x 1, p y', 'r y 1'))).toEqual(['G-single']);
  });

  it('two predicates that saw two inserts in different orders are a long fork', () => {
    expect(named(concurrent('w x 1', 'w y 1', 'p xy x1', 'p xy y1'))).toEqual(['G-nonadjacent']);
  });

  it('what a predicate returned is read like any item', () => {
    expect(named(concurrent('p x x1, w y 1', 'p y y1, w x 1'))).toEqual(['G1c']);
    expect(named(sequential('0!: w x 1', '1: p x x1'))).toEqual(['G1a']);
  });

  it('a phantom within one transaction is internal', () => {
    expect(named(concurrent('p x, p x x1', 'w x 1'))).toContain('internal');
    expect(named(concurrent('w x 2, p x%2=0'))).toContain('internal');
    expect(named(concurrent('w x 2, p x%2=1', 'r x 2'))).toEqual([]);
  });

  it('a row that a predicate does not return may have been deleted, or may not fit: nobody is accused', () => {
    const inserted = ['p xy, w x 1', 'p xy, w y 2', 'r x 1', 'r y 2'];
    expect(named(concurrent(...inserted))).toEqual(['G2']);
    expect(named(concurrent(...inserted, 'w x -', 'w y -'))).toEqual([]);
    expect(
      named(concurrent('p xy%2=0, w x 2', 'p xy%2=0, w y 4', 'r x 2', 'r y 4', 'w x 1', 'w y 3')),
    ).toEqual([]);
  });

  it('but where no order of deletes and inserts explains what was seen together, there is none', () => {
    const history = concurrent('p xy, w x 1', 'p xy, w y 2', 'p xy x1 y2', 'w x -', 'w y -');
    expect(named(history)).toEqual(['no-serial-order']);
  });

  it('a weak model is valid only by a schedule then, else unknown', () => {
    const skew = ['p xy, w x 1', 'p xy, w y 2', 'r x 1', 'r y 2', 'w x -', 'w y -'];
    expect(judged(concurrent(...skew), 'read-atomic').valid).toBe(true);
    const impossible = concurrent('p xy, w x 1', 'p xy, w y 2', 'p xy x1 y2', 'w x -', 'w y -');
    expect(judged(impossible, 'serializable').valid).toBe(false);
    expect(judged(impossible, 'causal-cerone').valid).not.toBe(false);
  });

  it('unless nothing that could hide it had begun, as real time goes', () => {
    const texts = ['0: w x 2', '1: p x', '2: r x 2', '3: w x -'];
    expect(named(sequential(...texts))).toEqual(['G-single-realtime']);
  });
});

describe('what is no read by a predicate', () => {
  const predicate = { keys: ['x', 'y'], mod: 2, is: 0 };
  const reason = (about: Json, returned: Json): string | undefined =>
    judged(
      historyOf([
        { type: 'invoke', time: 0, process: 0, f: 'txn', value: [['rp', about, null]] },
        { type: 'ok', time: 1, process: 0, f: 'txn', value: [['rp', about, returned]] },
      ]),
    ).reason;

  it.each([
    [{ mod: 2, is: 0 }, [], 'the predicate of "rp" has no list of keys'],
    [{ keys: ['x'], mod: 2 }, [], 'the predicate of "rp" needs both "mod" and "is", or neither'],
    [predicate, 7, 'what "rp" returned is not a list of pairs [key, value]'],
    [predicate, [['x']], 'what "rp" returned is not a list of pairs [key, value]'],
    [predicate, [['x', 1]], '"rp" returned ["x",1], which does not fit its predicate'],
    [predicate, [['z', 2]], '"rp" returned a key that its predicate does not look at'],
  ] as const)('%j %j', (about, returned, why) => {
    expect(reason(about as Json, returned as Json)).toContain(`transaction #1: ${why}`);
  });
});

it('a key that is returned with two values is a transaction that contradicts itself', () => {
  const about = { keys: ['x'] };
  const txn = (process: number, time: number, asked: Json, answered: Json) => [
    { type: 'invoke' as const, time, process, f: 'txn', value: asked },
    { type: 'ok' as const, time: time + 1, process, f: 'txn', value: answered },
  ];
  const { findings } = judged(
    historyOf([
      ...txn(0, 0, [['w', 'x', 2]], [['w', 'x', 2]]),
      ...txn(
        1,
        2,
        [
          ['w', 'x', 4],
          ['rp', about, null],
        ],
        [
          ['w', 'x', 4],
          ['rp', about, [['x', 2], ['x', 4]]], // prettier-ignore
        ],
      ),
    ]),
  );
  expect(findings).toMatchObject([{ name: 'internal', witness: [3] }]);
});

it('what one predicate returns it returns at once: half of each of two transactions is no monotonic atomic view', () => {
  const by = (reader: string) =>
    judged(concurrent('w x 1, w y 1', 'w x 2, w y 2', reader), 'monotonic-atomic-view');
  expect(by('p xy x1 y2').findings.map(({ name }) => name)).toContain('G-monotonic');
  expect(by('r x 1, r y 2').valid).toBe(true);
  expect(judged(concurrent('w x 1, w y 1', 'w x 2, w y 2', 'p xy x1 y2'), 'read-committed').valid).toBe(true);
});

it('read committed asks nothing of what was missed, so no delete that may hide there leaves it open', () => {
  const history = concurrent('w x 1, w y 1', 'w x -', 'p xy', 'r x 1, r y', 'r x, r y 1');
  const by = (model: string) => (transactions.check(history, { consistency: [model] }) as Verdict).valid;
  expect(by('read-committed')).toBe(true);
  expect(by('strong-read-committed')).toBe(true);
  expect(by('parallel-snapshot-isolation')).toBe(false);
});
