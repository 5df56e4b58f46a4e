import { describe, expect, it } from 'vitest';
import { historyOf } from '../../harness/history/builder.ts';
import { Script } from '../sets-queues-counters/testing/cluster-history.ts';
import { linearizations } from './certificate.ts';
import { proves, type Replay } from './validate-order.ts';

const replay: Replay = (state, { f, value, result }) =>
  f === 'write' ? value : result === undefined || result === state ? state : undefined;

describe('a certificate of linearizability', () => {
  const script = new Script()
    .op(1, 'write', 1, { type: 'info' })
    .op(2, 'write', 2)
    .op(3, 'read', null, { saw: 1 })
    .op(4, 'write', 3, { type: 'fail' })
    .op(4, 'read', null, { saw: 1 });
  const history = historyOf(script.events);
  const proven = (order: readonly number[]): boolean => proves(history, { key: null, order }, replay, null);

  it('gives an order for each object, which a replay accepts', () => {
    expect(linearizations(history, {})).toEqual([{ key: null, order: [2, 0, 4, 8] }]);
    expect(proven([2, 0, 4, 8])).toBe(true);
    const searched = linearizations(historyOf(new Script().op(1, 'enqueue', 1).events), {});
    expect(searched).toEqual([{ key: null, order: [0] }]);
  });

  it('gives none where there is none, or the budget does not reach', () => {
    const stale = historyOf([...script.events, ...new Script().op(5, 'read', null, { saw: 2 }).events]);
    expect(linearizations(stale, {})).toEqual([null]);
    const queue = new Script().op(1, 'enqueue', 1).op(1, 'enqueue', 2).op(1, 'dequeue', null, { saw: 1 });
    expect(linearizations(historyOf(queue.events), { budget: 1 })).toEqual([null]);
  });

  it.each([
    ['leaves out an acknowledged operation', [2, 0, 4]],
    ['holds an operation twice', [2, 0, 4, 4, 8]],
    ['holds one that failed', [6, 2, 0, 4, 8]],
    ['holds what is no operation', [2, 0, 4, 5, 8]],
    ['puts an operation before one that had returned', [0, 4, 2, 8]],
    ['replays to another result', [0, 2, 4, 8]],
  ])('is no proof if it %s', (_, order) => {
    expect(proven(order)).toBe(false);
  });

  it('is of its own object only', () => {
    const two = new Script().op(1, 'write', 1, { key: 'a' }).op(1, 'write', 1, { key: 'b' });
    const both = historyOf(two.events);
    expect(linearizations(both, {})).toEqual([
      { key: 'a', order: [0] },
      { key: 'b', order: [2] },
    ]);
    expect(proves(both, { key: 'a', order: [0, 2] }, replay, null)).toBe(false);
    expect(proves(both, { key: null, order: [0, 2] }, replay, null, true)).toBe(true);
  });
});
