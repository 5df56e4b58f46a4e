import { describe, expect, it } from 'vitest';
import { resolveRun } from '../../cli/run/config.ts';
import { found, judged } from './sim/testing/simulated.ts';

/** Busy enough for transactions to meet. */
const LOAD = { rate: 1000, time: 6, faultFor: 1, seed: '1' };

/** Plain anomalies: those of sessions and of real time are not what an isolation level is about. */
async function plain(configuration: string, workload: string): Promise<Set<string>> {
  const names = await found({ ...LOAD, configuration, workload, nemesis: 'partition:primary' });
  return new Set(
    names.filter((name) => /^(G|lost-update|internal)/.test(name) && !/-(process|realtime)$/.test(name)),
  );
}

describe('transactions of the reference store', () => {
  it('at read committed lose updates and see parts of others, but never an aborted or unfinished write', async () => {
    const anomalies = await plain('raft-read-committed', 'list-append');
    for (const name of ['lost-update', 'G-single-item', 'G2-item']) expect(anomalies).toContain(name);
    for (const name of ['G0', 'G1a', 'G1b', 'G1c']) expect(anomalies).not.toContain(name);
  });

  it('at snapshot isolation skew writes, and nothing else', async () => {
    const anomalies = await plain('raft-snapshot-isolation', 'list-append');
    expect([...anomalies].sort()).toEqual(['G-update', 'G2-item']);
  });

  it('at serializable are serial, though those that only read may be late', async () => {
    const run = {
      ...LOAD,
      configuration: 'raft-serializable',
      workload: 'list-append',
      nemesis: 'partition:primary',
    };
    const names = await found(run);
    expect(names.filter((name) => /^G.*-realtime$/.test(name))).not.toEqual([]);
    expect([...(await plain('raft-serializable', 'list-append'))]).toEqual([]);
  });

  it('at strict serializable are serial in real time', async () => {
    const names = await found({
      ...LOAD,
      configuration: 'raft',
      workload: 'list-append',
      nemesis: 'partition:primary',
    });
    expect(names.filter((name) => name.startsWith('G') || name === 'lost-update')).toEqual([]);
  });

  it('keep what their level claims under kills, pauses and transfers, on lists and on registers', async () => {
    const faults = ['kill:primary', 'pause:primary', 'failover', 'kill:all'];
    const levels = ['raft-read-committed', 'raft-snapshot-isolation', 'raft-serializable', 'raft'];
    for (const [i, configuration] of levels.entries())
      for (const workload of ['list-append', 'rw-register']) {
        const run = { configuration, workload, nemesis: faults[i], rate: 400, seed: String(i + 1) };
        const { outcome, reasons } = await judged(run);
        expect({ ...run, outcome, reasons }).toEqual({ ...run, outcome: 'valid', reasons: [] });
      }
  }, 60_000);

  it('are refused where there is no Raft', () => {
    expect(() =>
      resolveRun({ cluster: 'reference', configuration: 'sync', workload: 'list-append' }),
    ).toThrow('only strategy=raft takes transactions');
  });
});
