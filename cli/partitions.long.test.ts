// Real processes, disks and sockets: partitions move under load, and a node dies in the middle.
import { describe, expect, it } from 'vitest';
import { alibi, scratch } from './testing/alibi.ts';

interface Document {
  readonly outcome: string;
  readonly reasons: readonly string[];
  readonly anomalies: readonly { readonly name: string; readonly status: string }[];
}

async function ran(configuration: string, workload: string, nemesis: string, more: readonly string[] = []) {
  const asked = ['run', `reference:${configuration}`, '--world', 'process', '--workload', workload];
  const run = ['--nemesis', nemesis, '--time', '12', '--rate', '150', '--seed', '3', '--out', 'r', '--json'];
  const { stdout, stderr } = await alibi([...asked, ...run, ...more], scratch());
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Document;
}

describe('partitions of real nodes', () => {
  it.each([
    ['partitioned-ring', 'rebalance', 'rebalance:join,kill:one'],
    ['partitioned-range', 'range-scan', 'rebalance:split,kill:one'],
    ['partitioned-raft', 'rebalance', 'rebalance:join,kill:one'],
    ['partitioned-transactions', 'list-append', 'rebalance:leave,partition:one'],
    ['partitioned-leaderless-abd', 'rebalance', 'rebalance:join,kill:one'],
  ])(
    '%s keeps its claim: %s under %s',
    async (configuration, workload, nemesis) => {
      const { outcome, reasons } = await ran(configuration, workload, nemesis);
      expect({ outcome, reasons }).toEqual({ outcome: 'valid', reasons: [] });
    },
    120_000,
  );

  it('a source that is not told that it has handed over is found as it is in simulation', async () => {
    const bug = ['--set', 'bug=double-ownership-at-hand-over'];
    const { anomalies } = await ran('partitioned-ring', 'rebalance', 'rebalance:join', bug);
    expect(anomalies).toContainEqual(
      expect.objectContaining({ name: 'double-ownership', status: 'violation' }),
    );
  }, 120_000);
});
