import { describe, expect, it } from 'vitest';
import type { History } from '../../../harness/history/history.ts';
import type { Verdict } from '../../types.ts';
import { concurrent, historyOfTxns, sequential, type Txn } from '../testing/histories.ts';
import { historyOfRegisters } from '../testing/simulate-registers.ts';
import { transactions } from '../transactions.ts';

const judged = (history: History, model: string): Verdict =>
  transactions.check(history, { consistency: [model] }) as Verdict;

/** Of x = 1 and x = 2, whichever is first has a reader that must come after the other: no known edges close a cycle. */
const crossed = concurrent('w x 1, r q', 'w x 2, r p', 'w p 1', 'w q 1', 'r x 1, r p 1', 'r x 2, r q 1');

describe('where nothing orders the writes', () => {
  it('a history with an order is valid, whatever else the order might have been', () => {
    const history = concurrent('w x 1', 'w x 2', 'r x 2', 'r x 1');
    expect(judged(history, 'serializable')).toMatchObject({ valid: true, findings: [] });
  });

  it('a history of which every order has a cycle is refuted, with the transactions that prove it', () => {
    const { valid, findings } = judged(crossed, 'serializable');
    expect(valid).toBe(false);
    expect(findings).toMatchObject([
      { name: 'no-serial-order', certain: true, witness: [6, 7, 8, 9, 10, 11] },
    ]);
    expect(findings[0].explanation).toMatch(
      /^Whatever the order in which the writes took effect, there is no serial order in which these read what they did: #6 \(w x 1, r q nothing\)/,
    );
  });

  it('the same history is one of snapshot isolation', () => {
    expect(judged(crossed, 'snapshot-isolation')).toMatchObject({ valid: true, findings: [] });
  });

  it('real time alone can make it impossible', () => {
    const history = sequential('0: w x 1', '1: w x 2', '2: r x 1');
    expect(judged(history, 'serializable').valid).toBe(true);
    expect(judged(history, 'strict-serializable').valid).toBe(false);
  });

  it('updates from one version are no snapshot isolation, but prefix consistent', () => {
    const history = concurrent('r x, w x 1', 'r x, w x 2');
    expect(judged(history, 'snapshot-isolation').valid).toBe(false);
    expect(judged(history, 'prefix').valid).toBe(true);
  });
});

describe('prefix consistency', () => {
  it('write skew has prefixes, a long fork has not', () => {
    const skew = concurrent('r x, a y 1', 'r y, a x 1', 'r x [1], r y [1]');
    expect(judged(skew, 'prefix').valid).toBe(true);
    const fork = concurrent('a x 1', 'a y 1', 'r x [1], r y', 'r x, r y [1]');
    expect(judged(fork, 'prefix').valid).toBe(false);
  });

  it('an indeterminate append in the middle of a list takes part', () => {
    const history = sequential('0: r y, a y 3', '1?: a y 1', '2: a y 2', '3: r y [1 2]');
    expect(judged(history, 'prefix')).toMatchObject({ valid: true });
  });
});

describe('two thousand transactions of a correct database', () => {
  const load = { transactions: 2000, size: 4, keys: 20, concurrency: 6, seed: 3 };

  it.each([
    'strict-serializable',
    'strong-session-serializable',
    'serializable',
    'strong-snapshot-isolation',
  ])('are %s, and an order proves it', (model) => {
    expect(judged(historyOfRegisters(load), model)).toMatchObject({ valid: true, findings: [] });
  });

  it('a read of an overwritten version among them is found', () => {
    const history = historyOfRegisters({ ...load, staleRead: 0.5 });
    expect(judged(history, 'strict-serializable').valid).toBe(false);
  });
});

it('a search that ends with its budget is unknown', () => {
  const txns = Array.from({ length: 40 }, (_, i): Txn => ({
    process: i,
    at: i,
    until: 100 + i,
    micro: i < 20 ? [['w', 'x', i]] : [['r', 'x', i - 20], ['w', 'y', i]], // prettier-ignore
  }));
  const found = transactions.check(historyOfTxns(txns), {
    consistency: ['serializable'],
    budget: 10,
  }) as Verdict;
  expect(found).toMatchObject({ valid: 'unknown' });
  expect(found.reason).toContain('raise --budget');
  expect(judged(historyOfTxns(txns), 'serializable').valid).toBe(true);
});
