import { describe, expect, it } from 'vitest';
import type { History } from '../../../harness/history/history.ts';
import type { Verdict } from '../../types.ts';
import { concurrent, historyOfTxns, micro } from '../testing/histories.ts';
import { transactions } from '../transactions.ts';

const judged = (history: History, ...consistency: string[]): Verdict =>
  transactions.check(history, { consistency }) as Verdict;
const named = (history: History): string[] =>
  judged(history, 'strict-serializable').findings.map(({ name }) => name);
const found = (history: History, name: string) =>
  judged(history, 'strict-serializable').findings.find((finding) => finding.name === name);

describe.each([
  ['lists', (text: string) => text],
  ['registers', (text: string) => text.replace(/a (\w)/g, 'w $1').replace(/\[.*?(\d+)\]/g, '$1')],
])('over %s', (kind, of) => {
  const all = (...texts: string[]): History => concurrent(...texts.map(of));

  it('write skew of transactions that write is not update serializable', () => {
    const skew = all('r x, a y 1', 'r y, a x 1', 'r x [1], r y [1]');
    expect(named(skew)).toEqual(['G2-item', 'G-update']);
    expect(found(skew, 'G-update')?.explanation).toMatch(/^Each of these wrote something\. A cycle: /);
    expect(judged(skew, 'update-serializable').valid).toBe(false);
    expect(judged(skew, 'snapshot-isolation').valid).toBe(true);
    expect(judged(skew, 'monotonic-view').valid).toBe(true);
  });

  it('two readers who saw writes in different orders are update serializable: each by itself fits a serial order', () => {
    const fork = all('a x 1', 'a y 1', 'r x [1], r y', 'r x, r y [1]');
    expect(named(fork)).toEqual(['G-nonadjacent-item']);
    expect(judged(fork, 'update-serializable').valid).toBe(true);
    expect(judged(fork, 'parallel-snapshot-isolation').valid).toBe(true);
    expect(judged(fork, 'snapshot-isolation').valid).toBe(false);
  });

  it('one reader who fits no order of the writers is not (Fekete, O’Neil & O’Neil, SIGMOD Record 2004)', () => {
    const history = all('a x 1', 'r x, a y 1', 'r x [1], r y');
    expect(named(history)).toEqual(['G2-item', 'G-update']);
    expect(found(history, 'G-update')?.witness).toHaveLength(3);
    expect(found(history, 'G-update')?.explanation).toMatch(/^Of these only #5 wrote nothing\. A cycle: /);
    expect(judged(history, 'update-serializable').valid).toBe(false);
    expect(judged(history, 'snapshot-isolation').valid).toBe(true);
  });

  it('who misses a write and only then sees what depends on it has a monotonic view, not a consistent one', () => {
    const history = all('a x 1', 'r x [1], a y 1', 'r x, r y [1]');
    expect(judged(history, 'monotonic-view').valid).toBe(true);
    expect(judged(history, 'consistent-view').valid).toBe(false);
  });

  it('who sees an effect first and then misses its cause has not', () => {
    const history = all('a x 1', 'r x [1], a y 1', 'r y [1], r x');
    expect(named(history)).toContain('G-monotonic-indirect');
    expect(judged(history, 'monotonic-view').valid).toBe(false);
    expect(judged(history, 'monotonic-atomic-view').valid).toBe(true);
    const told = found(history, 'G-monotonic-indirect');
    expect(told).toMatchObject({ certain: true, witness: [3, 4, 5] });
    expect(told?.explanation).toMatch(
      /^#5 read x = nothing after it had read y = \[?1\]?\. A cycle: #5 read x = nothing, so it did not see 1, which #3/,
    );
  });

  it('a blind write between a read and the write after it is no lost update, but no cursor stability either', () => {
    const history =
      kind === 'lists'
        ? concurrent('r x, a x 1', 'a x 2', 'r x [2 1]')
        : concurrent('r x, w x 1, r z 1', 'w x 2', 'r x 2, w z 1');
    expect(named(history)).not.toContain('lost-update');
    if (kind === 'lists')
      expect(found(history, 'G-cursor')?.explanation).toMatch(
        /^#3 read x = nothing and then wrote x, which #4 had written since: #3 replaced what it had not seen\. A cycle: /,
      );
    expect(judged(history, 'cursor-stability').valid).toBe(false);
    expect(judged(history, 'update-atomic').valid).toBe(true);
  });
});

describe('registers whose versions nothing orders', () => {
  it('two writes that readers saw each together with effects of the other are no parallel snapshot isolation', () => {
    const chain = ['w x 1', 'w x 2', 'r x 1, w p 1', 'r x 2, w q 1', 'r x 1, r q 1', 'r x 2, r p 1'];
    const { valid, findings } = judged(concurrent(...chain), 'parallel-snapshot-isolation');
    expect(valid).toBe(false);
    expect(findings.map(({ certain }) => certain)).not.toContain(false);
  });

  it('updates of one version by way of others leave no order with a consistent view', () => {
    // Each blind write to y must come before the other: no known edge says so, and causality holds.
    const texts = [
      'r x, w x 1, w y 1',
      'w y 2',
      'r y 1, w p 1',
      'r y 2, w q 1',
      'r q 1, r y 1, w s 1',
      'r p 1, r y 2',
    ];
    const verdict = judged(concurrent(...texts), 'consistent-view');
    expect(verdict.valid).toBe(false);
  });

  it('a long fork beside writes without order is parallel snapshot isolation, by an order that is found', () => {
    const fork = ['w x 1', 'w y 1', 'r x 1, r y', 'r x, r y 1', 'w z 1', 'w z 2', 'r z 1', 'r z 2'];
    for (const model of ['parallel-snapshot-isolation', 'consistent-view', 'update-serializable'])
      expect(judged(concurrent(...fork), model)).toMatchObject({ valid: true });
    expect(judged(concurrent(...fork), 'snapshot-isolation').valid).toBe(false);
  });

  it('a search that ends with its budget is unknown', () => {
    const fork = ['w x 1', 'w y 1', 'r x 1, r y', 'r x, r y 1', 'w z 1', 'w z 2', 'r z 1', 'r z 2'];
    const history = concurrent(...fork);
    const verdict = transactions.check(history, {
      consistency: ['parallel-snapshot-isolation'],
      budget: 1,
    }) as Verdict;
    expect(verdict.valid).toBe('unknown');
    expect(verdict.reason).toContain('raise --budget');
  });

  it('a look at nothing that may have seen a delete leaves these models open, by name', () => {
    const history = concurrent('w x 1, w y 1', 'w x -', 'p xy', 'r x 1, r y', 'r x, r y 1', 'w z 1');
    const verdict = judged(history, 'update-serializable');
    if (verdict.valid === 'unknown')
      expect(verdict.reason).toContain('what some looks at nothing saw is not known');
  });
});

it('a predicate that shows half of a transaction has shown it at once: no monotonic view, whatever the order of its keys', () => {
  for (const keys of ['xy', 'yx']) {
    const history = concurrent('w x 1, w y 2', `p ${keys} y2`);
    expect(judged(history, 'monotonic-view').valid).toBe(false);
  }
});

it('a key that was read as nothing is looked at again by a predicate that misses it', () => {
  const history = concurrent('w x 1, w y 2', 'r x, p xy y2');
  expect(judged(history, 'monotonic-view').valid).toBe(false);
});

describe('lists whose last appends no read shows', () => {
  it('two appends of which either order is impossible are found', () => {
    // Each of the two that append to z misses what the other did, so neither can have followed the other's snapshot.
    const history = concurrent('r x, a y 1, a z 1', 'r y, a x 1, a z 2', 'r x [1], r y [1]');
    expect(judged(history, 'snapshot-isolation').valid).toBe(false);
    expect(judged(history, 'parallel-snapshot-isolation').valid).toBe(false);
    expect(judged(history, 'prefix').valid).toBe(true);
  });

  it('sessions alone can leave them no order', () => {
    // The second of session 0 and the long one both append to z; neither can follow the other's snapshot.
    const texts = ['a x 1', 'r y, a z 1', 'r x, a y 1, a z 2'];
    const history = historyOfTxns(
      texts.map((text, i) => ({
        process: i < 2 ? 0 : 1,
        at: i === 1 ? 10 : i / 10,
        until: [5, 11, 20][i],
        micro: micro(text),
      })),
    );
    expect(judged(history, 'snapshot-isolation').valid).toBe(true);
    expect(judged(history, 'strong-session-snapshot-isolation').valid).toBe(false);
  });

  it('and where one order is possible it is supposed', () => {
    const history = concurrent('r x, a y 1, a z 1', 'r y, a x 1', 'r x [1], r y [1]', 'a z 2');
    expect(judged(history, 'snapshot-isolation').valid).toBe(true);
  });
});

describe('reads by predicate that did not return a row', () => {
  it('show of a key that was read before and after what the reads of it showed', () => {
    // The reader saw 11 of the first and 20 of the second, each of which wrote the other's key too.
    const history = historyOfTxns([
      {
        process: 0,
        at: 0,
        until: 1,
        micro: [
          ['w', 'x', null],
          ['w', 'y', 11],
          ['w', 'x', null],
        ],
        type: 'info',
      },
      {
        process: 1,
        at: 2,
        until: 3,
        micro: [
          ['w', 'x', 20],
          ['w', 'y', null],
        ],
      },
      {
        process: 1,
        at: 6,
        until: 7,
        micro: [
          ['r', 'x', 20],
          ['rp', { keys: ['x', 'y'], mod: 2, is: 1 }, [['y', 11]]],
          ['r', 'x', 20],
        ],
      },
    ]);
    expect(judged(history, 'monotonic-view').valid).toBe(false);
    expect(judged(history, 'monotonic-atomic-view').valid).toBe(false);
  });

  it('leave monotonic views open, where what they saw may be later than what was read before', () => {
    // Who reads half of another transaction, z before it and q after, rules out stronger models that would prove them.
    const half = ['w z 1, w q 1', 'r z, r q 1'];
    const looked = ['w x 1', 'r x 1, p x%2=0'];
    for (const model of ['monotonic-atomic-view', 'monotonic-view']) {
      expect(judged(concurrent(...half, ...looked), model).valid).toBe(true);
      expect(judged(concurrent(...half, ...looked, 'w x 3'), model).valid).toBe('unknown');
    }
  });
});
