// Partitions that move while transactions and scans are on their way, and nodes die: nothing changes for whoever looks.
import { describe, expect, it } from 'vitest';
import { found, judged } from '../sim/testing/simulated.ts';

const RUN = { time: 12, rate: 250 };
const SLOWLY = { moveChunk: 2, moveDelay: 20 };

describe('while partitions move and nodes die', () => {
  it.each([
    ['partitioned-transactions', 'list-append', 'rebalance:leave,kill:one'],
    ['partitioned-transactions', 'bank', 'rebalance:leave,pause:one'],
    ['partitioned-transactions-raft', 'list-append', 'rebalance:leave,kill:primary'],
    ['partitioned-range', 'range-scan', 'rebalance:split,kill:one'],
    ['partitioned-range', 'set', 'pause:minority,rebalance:split'],
    ['partitioned-range', 'rw-register', 'kill:all,rebalance:merge'],
    ['partitioned-slots', 'range-scan', 'rebalance:join,kill:one'],
    ['partitioned-index-asynchronous', 'secondary-index', 'rebalance:leave,kill:one'],
    ['partitioned-columns', 'torn-row', 'rebalance:leave,partition:one'],
    ['partitioned-multi-leader', 'session', 'rebalance:join,kill:one'],
    ['partitioned-multi-leader', 'set', 'rebalance:join,partition:halves'],
    ['partitioned-leaderless', 'set', 'rebalance:join,partition:one'],
    ['partitioned-leaderless-abd', 'rebalance', 'rebalance:leave,partition:halves,pause:one'],
  ])(
    '%s keeps its claim: %s under %s',
    async (configuration, workload, nemesis) => {
      for (const seed of ['1', '2']) {
        const { outcome, reasons } = await judged({ ...RUN, configuration, workload, nemesis, seed });
        expect({ seed, outcome, reasons }).toEqual({ seed, outcome: 'valid', reasons: [] });
      }
    },
    120_000,
  );

  it.each([
    ['key-lost-between-copy-and-hand-over', 'partitioned-slots', 'range-scan', 'rebalance:join', SLOWLY],
    ['double-ownership-at-hand-over', 'partitioned-slots', 'range-scan', 'rebalance:join', {}],
    ['split-at-wrong-boundary', 'partitioned-range', 'range-scan', 'rebalance:split', {}],
  ])(
    'scans show what %s does',
    async (bug, configuration, workload, nemesis, settings) => {
      const run = { ...RUN, configuration, workload, nemesis, seed: '1', settings: { ...settings, bug } };
      const names = await found(run);
      expect(names.filter((name) => name === 'skipped-key' || name === 'ghost-key')).not.toEqual([]);
    },
    60_000,
  );

  it.each([
    ['key-lost-between-copy-and-hand-over', 'list-append', SLOWLY],
    ['double-ownership-at-hand-over', 'list-append', {}],
    ['key-lost-between-copy-and-hand-over', 'bank', { moveChunk: 1, moveDelay: 40 }],
  ])(
    'transactions show what %s does: %s',
    async (bug, workload, settings) => {
      const run = {
        ...RUN,
        configuration: 'partitioned-slots',
        workload,
        nemesis: 'rebalance:join',
        seed: '1',
      };
      const { outcome } = await judged({ ...run, settings: { ...settings, bug } });
      expect(outcome).toBe('violation');
    },
    60_000,
  );

  it.each([
    ['double-ownership-at-hand-over', 'double-ownership', {}],
    ['key-lost-between-copy-and-hand-over', 'lost-key', SLOWLY],
  ])(
    'where rows merge %s is found as %s',
    async (bug, expected, settings) => {
      const run = {
        configuration: 'partitioned-leaderless-abd',
        workload: 'rebalance',
        nemesis: 'rebalance:join',
      };
      expect(await found({ ...RUN, ...run, seed: '1', settings: { ...settings, bug } })).toContain(expected);
    },
    60_000,
  );
});
