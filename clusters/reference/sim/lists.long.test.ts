// Queues, logs and ids: what the store answers by what came before.
import { describe, expect, it } from 'vitest';
import { found, judged } from './testing/simulated.ts';

const WORKLOADS = ['fifo-queue', 'total-queue', 'log', 'unique-ids'];

describe('queues, logs and ids', () => {
  it.each(WORKLOADS)('%s keeps what Raft claims, under kills and partitions', async (workload) => {
    for (const seed of ['1', '2']) {
      const run = { configuration: 'raft', workload, nemesis: 'kill:one,partition:primary', seed };
      const { outcome, reasons } = await judged(run);
      expect({ outcome, reasons, seed }).toEqual({ outcome: 'valid', reasons: [], seed });
    }
  });

  // An asynchronous leader that is cut off keeps to itself what it has acknowledged.
  it.each([
    ['fifo-queue', ['queue-order', 'false-empty', 'duplicate-delivery']],
    ['total-queue', ['lost-element', 'duplicate-delivery']],
    ['log', ['inconsistent-offset', 'lost-message']],
    ['unique-ids', ['duplicate-id']],
  ])('%s shows what an asynchronous failover loses', async (workload, names) => {
    const run = { configuration: 'async', workload, nemesis: 'partition:primary,failover', seed: '1' };
    const anomalies = await found(run);
    expect(anomalies.filter((name) => names.includes(name))).not.toEqual([]);
  });

  it('are refused where changes have no one order', async () => {
    for (const configuration of ['multi-leader-lww', 'leaderless'])
      await expect(judged({ configuration, workload: 'log', seed: '1' })).rejects.toThrow(/one order of all/);
  });
});
