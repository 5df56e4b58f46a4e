import { describe, expect, it } from 'vitest';
import type { History } from '../../harness/history/history.ts';
import { historyOf } from '../../harness/history/builder.ts';
import type { Verdict } from '../types.ts';
import { closure } from '../guarantees.ts';
import { FURTHER_CYCLES } from './further-anomalies.ts';
import { boundary } from './judged-models.ts';
import { concurrent, historyOfTxns, micro, sequential } from './testing/histories.ts';
import { fuzzTransactions } from './testing/fuzz.ts';
import { TRANSACTIONAL_MODELS } from './models.ts';
import { transactions } from './transactions.ts';
import { WEAK_CLASSES } from './weak/weak.ts';

const judged = (history: History): Verdict => transactions.check(history, {}) as Verdict;
const named = (history: History): string[] => judged(history).findings.map(({ name }) => name);
/** Without what further models say of the same cycles: see weak/weak.test.ts and forbidden/forbidden.test.ts. */
const FURTHER = [...WEAK_CLASSES, ...FURTHER_CYCLES.map(({ name }) => name)];
const cyclesIn = (history: History): string[] =>
  named(history).filter((name) => !FURTHER.some((further) => name.startsWith(further)));
const said = (history: History): string => judged(history).findings[0].explanation;

describe('lists: one transaction, or two', () => {
  it('a transaction that does not see its own append contradicts itself', () => {
    expect(named(concurrent('a x 1, r x', 'r x [1]'))).toContain('internal');
    expect(said(sequential('0: a x 1', '0: a x 2, r x [1]'))).toBe(
      '#3 read x = [1] after it had itself appended 2, which should be at the end.',
    );
  });

  it('a transaction that reads a key twice and sees a change contradicts itself', () => {
    expect(named(concurrent('r x, r x [1]', 'a x 1'))).toEqual(['internal', 'G-single-item']);
  });

  it('who reads what a failed transaction appended made an aborted read', () => {
    expect(named(sequential('0!: a x 1', '1: r x [1]'))).toEqual(['G1a']);
    expect(said(sequential('0!: a x 1', '1: r x [1]'))).toBe(
      '#3 read x = [1], but #1, which appended 1, failed.',
    );
  });

  it('who reads half of what a transaction appended to a key made an intermediate read', () => {
    expect(named(concurrent('a x 1, a x 2', 'r x [1]', 'r x [1 2]'))).toContain('G1b');
  });

  it('a committed append on top of an aborted one is a dirty update', () => {
    expect(named(sequential('0!: a x 1', '1: a x 2', '2: r x [1 2]'))).toEqual(
      expect.arrayContaining(['dirty-update', 'G1a']),
    );
  });

  it('a list that holds an element twice is named so', () => {
    expect(named(concurrent('a x 1', 'r x [1 1]'))).toContain('duplicate-elements');
  });

  it('reads that are no prefixes of each other are incompatible, and order nothing beyond what they share', () => {
    expect(named(concurrent('a x 1', 'a x 2', 'r x [1 2]', 'r x [2]'))).toEqual(['incompatible-order']);
  });

  it('a read of what the transaction appends only later is a future read', () => {
    expect(named(concurrent('r x [1], a x 1', 'r x [1]'))).toContain('future-read');
  });

  it('an element that nobody appended is named so', () => {
    expect(named(concurrent('a x 1', 'r x [1 9]'))).toContain('unwritten-read');
  });

  it('two transactions that read one version and then append lose an update', () => {
    expect(named(concurrent('r x, a x 1', 'r x, a x 2', 'r x [1 2]'))).toEqual([
      'lost-update',
      'G-single-item',
    ]);
  });
});

describe('lists: cycles of the data alone', () => {
  it.each([
    ['G0', ['a x 1, a y 1', 'a x 2, a y 2', 'r x [1 2], r y [2 1]']],
    ['G1c', ['a x 1, r y [1]', 'a y 1, r x [1]']],
    ['G-single-item', ['a x 1, a y 1', 'r x [1], r y', 'r y [1]']],
    ['G-nonadjacent-item', ['a x 1', 'a y 1', 'r x [1], r y', 'r x, r y [1]']],
    ['G2-item', ['r x, a y 1', 'r y, a x 1', 'r x [1], r y [1]']],
  ])('%s', (name, texts) => {
    const [first, ...others] = cyclesIn(concurrent(...texts));
    expect(first).toBe(name);
    expect(others).toEqual([]);
  });
});

describe('lists: cycles with the order of sessions or real time', () => {
  it.each([
    ['G0', ['0: a x 1', '0: a x 2', '1: r x [2 1]'], 'G0-process'],
    ['G0', ['0: a x 1', '1: a x 2', '2: r x [2 1]'], 'G0-realtime'],
    ['G1c', ['0: r x [1]', '0: a x 1'], 'G1c-process'],
    ['G1c', ['0: r x [1]', '1: a x 1'], 'G1c-realtime'],
    ['G-single', ['0: a x 1', '0: r x', '1: r x [1]'], 'G-single-item-process'],
    ['G-single', ['0: a x 1', '1: r x', '2: r x [1]'], 'G-single-item-realtime'],
  ])('%s %s', (_class, texts, name) => {
    expect(cyclesIn(sequential(...texts))).toEqual([name]);
  });

  // The session, or real time, leads from the first to the second; the others run beside them all the time.
  it.each([
    ['G-nonadjacent-item', ['a x 1', 'r y', 'a y 1', 'r y [1], r x']],
    ['G2-item', ['a x 1', 'r y', 'r x, a y 1']],
  ])('%s, over lists and over registers', (name, texts) => {
    const beside = (of: (text: string) => string, second: number): History =>
      historyOfTxns(
        texts.map((text, i) => ({
          process: i === 1 ? second : i,
          at: i === 1 ? 10 : i / 10,
          until: i === 0 ? 5 : 20 + i,
          micro: micro(of(text)),
        })),
      );
    const registers = (text: string): string => text.replace(/a (\w)/g, 'w $1').replace(/\[(\d)\]/g, '$1');
    for (const of of [(text: string): string => text, registers]) {
      expect(cyclesIn(beside(of, 0))).toEqual([`${name}-process`]);
      expect(cyclesIn(beside(of, 9))).toEqual([`${name}-realtime`]);
    }
  });

  it('an indeterminate transaction takes effect at any later time', () => {
    expect(named(sequential('0?: a x 1', '1: r x', '2: r x [1]'))).toEqual([]);
  });

  it('says when what had happened', () => {
    expect(said(sequential('0: a x 1', '1: r x', '2: r x [1]'))).toMatch(
      /#3 read x = nothing, so it did not see 1, which #1 appended: #3 must come before #1; #1 had completed before #3 began/,
    );
  });
});

describe('registers', () => {
  it.each([
    ['G1a', sequential('0!: w x 1', '1: r x 1')],
    ['G1b', concurrent('w x 1, w x 2', 'r x 1')],
    ['unwritten-read', concurrent('w x 1', 'r x 9')],
    ['internal', concurrent('w x 1, r x 2', 'w x 2')],
    ['internal', concurrent('r x, r x 1', 'w x 1')],
    ['lost-update', concurrent('r x, w x 1', 'r x, w x 2')],
    ['cyclic-versions', concurrent('r x 2, w x 1', 'r x 1, w x 2')],
    ['G1c', concurrent('w x 1, r y 1', 'w y 1, r x 1')],
    ['G-single-item', concurrent('w x 1, w y 1', 'r x 1, r y')],
    ['G-nonadjacent-item', concurrent('w x 1', 'w y 1', 'r x 1, r y', 'r x, r y 1')],
    ['G2-item', concurrent('r x, w y 1', 'r y, w x 1')],
    ['G1c-process', sequential('0: r x 1', '0: w x 1')],
    ['G1c-realtime', sequential('0: r x 1', '1: w x 1')],
    ['G-single-item-process', sequential('0: w x 1', '0: w x 2', '0: r x 1')],
    ['G-single-item-realtime', sequential('0: w x 1', '1: w x 2', '2: r x 1')],
  ])('%s', (name, history) => expect(named(history)).toContain(name));

  it('the order of writes in real time counts as data where it is claimed', () => {
    const history = sequential('0: w x 1', '1: w x 2, w y 2', '2: r x 1, r y 2');
    const found = transactions.check(history, { assume: ['later-write-wins'] }) as Verdict;
    expect(found.findings.map(({ name }) => name)).toContain('G-single-item');
    expect(named(history)).not.toContain('G-single-item');
  });

  it('writes that nothing orders accuse nobody', () => {
    expect(named(concurrent('w x 1', 'w x 2', 'r x 2', 'r x 1'))).toEqual([]);
  });
});

describe('what cannot be judged', () => {
  it('a history without transactions is unknown', () => {
    expect(judged(historyOf([]))).toMatchObject({ valid: 'unknown' });
  });

  it('a history without a dependency is unknown', () => {
    expect(judged(concurrent('a x 1', 'a y 1'))).toMatchObject({
      valid: 'unknown',
      reason: 'no transaction depends on another: there is nothing to judge',
    });
  });

  it('a value written twice to a key is refused by name', () => {
    expect(judged(concurrent('a x 1', 'a x 1', 'r x [1]'))).toMatchObject({
      valid: 'unknown',
      reason: expect.stringContaining(
        'key "x" cannot be judged: #0 and #1 both wrote 1; the values written to a key must be unique',
      ) as string,
    });
  });

  it('a key that is list and register is refused by name', () => {
    expect(judged(concurrent('a x 1', 'w x 2', 'r x [1]')).reason).toContain(
      'key "x" cannot be judged: #1 writes it as a whole, but to others it is a list',
    );
  });

  it('a list that is read as something else is refused by name', () => {
    expect(judged(concurrent('a x 1', 'r x 1')).reason).toContain(
      'key "x" cannot be judged: #1 reads 1, which is no list',
    );
  });

  it('what is refused hides nothing that is found on other keys', () => {
    const { valid, findings } = judged(concurrent('a x 1', 'a x 1', 'a y 1, r z [1]', 'a z 1, r y [1]'));
    expect(valid).toBe(false);
    expect(findings.map(({ name }) => name)).toContain('G1c');
  });

  it('a value that is no transaction is refused by name', () => {
    const events = (['invoke', 'ok'] as const).map((type, time) => ({
      type,
      time,
      process: 0,
      f: 'txn',
      value: [['q', 1, 2]],
    }));
    expect(judged(historyOf(events)).reason).toContain('transaction #1: micro-operation "q" is none of');
  });

  it('a search that ends with its budget is unknown, unless the model is refuted anyway', () => {
    const skew = concurrent('r x, a y 1', 'r y, a x 1', 'r x [1], r y [1]');
    const options = { budget: 0, consistency: ['parallel-snapshot-isolation'] };
    expect(transactions.check(skew, options)).toMatchObject({ valid: 'unknown' });
    expect(transactions.check(skew, { budget: 0 })).toMatchObject({ valid: false });
  });
});

describe('models', () => {
  it('implications reach claims', () => {
    expect(closure(['serializable'])).toContain('read-atomic');
    expect(closure(['strict-serializable'])).toContain('linearizable');
    expect(closure(['snapshot-isolation'])).not.toContain('repeatable-read');
  });

  it('write skew rules out repeatable read and leaves snapshot isolation', () => {
    expect(boundary(['G2-item'])).toEqual({
      not: ['repeatable-read'],
      alsoNot: ['serializable', 'strong-session-serializable', 'strict-serializable'],
      strongest: ['update-serializable', 'strong-snapshot-isolation'],
    });
  });

  it('a stronger model is ruled out with a weaker one, nothing else is, and the weakest are told first', () => {
    const all = boundary(['G0']);
    expect(all.not).toEqual(['read-uncommitted']);
    expect(all.strongest).toEqual([]);
    expect(boundary([]).strongest).toEqual(['strict-serializable']);
    const names = TRANSACTIONAL_MODELS.map(({ name }) => name);
    const places = boundary(['G-single-item', 'G2-item-process']).alsoNot.map((name) => names.indexOf(name));
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it('valid means: by the models asked for', () => {
    const skew = concurrent('r x, a y 1', 'r y, a x 1', 'r x [1], r y [1]');
    expect(transactions.check(skew, { consistency: ['snapshot-isolation'] })).toMatchObject({ valid: true });
    expect(transactions.check(skew, { consistency: ['serializable'] })).toMatchObject({ valid: false });
  });
});

it('agrees with brute force over all orders and snapshots', () => {
  expect(fuzzTransactions(400, 11)).toMatchObject({ 'lists: histories': expect.any(Number) as number });
});
