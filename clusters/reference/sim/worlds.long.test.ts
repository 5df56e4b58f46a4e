import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveRun } from '../../../cli/run/config.ts';
import { executeRun } from '../../../cli/run/execute.ts';
import { found, historyOf, judged } from './testing/simulated.ts';

const SEEDS = Array.from({ length: 20 }, (_, i) => String(i + 1));

describe('a simulated run', () => {
  it('has the same bytes for the same seed, others for another', async () => {
    const request = { configuration: 'semi-sync', workload: 'register', nemesis: 'kill:one,partition:one' };
    const history = await historyOf({ ...request, seed: '7' });
    expect(await historyOf({ ...request, seed: '7' })).toBe(history);
    expect(await historyOf({ ...request, seed: '8' })).not.toBe(history);
  });

  it('leaves a run directory like any other, whose history names neither the run nor the machine', async () => {
    const place = mkdtempSync(join(tmpdir(), 'alibi-sim-'));
    const run = resolveRun({ cluster: 'reference', world: 'sim', time: 5, seed: '3' });
    const execute = async (id: string) => {
      const { document, directory } = await executeRun(run, {
        directory: join(place, id),
        id,
        latest: false,
        keepCluster: false,
        logLevel: 'error',
        interrupt: new AbortController().signal,
        progress: () => undefined,
        report: 'never',
      });
      expect(document.outcome).toBe('valid');
      expect(readFileSync(join(directory, 'logs/n1/store.log'), 'utf8')).toContain('leads epoch 1');
      return readFileSync(join(directory, 'history.jsonl'), 'utf8');
    };
    const history = await execute('one');
    expect(await execute('two')).toBe(history);
    expect(history.slice(0, history.indexOf('\n'))).toBe('{"alibi":"history","version":1}');
    rmSync(place, { recursive: true });
  });
});

describe('what the store claims holds in simulation', () => {
  const FAULTS = [
    'kill:all',
    'partition:primary,kill:one',
    'failover',
    'partition:primary,failover',
    'kill:primary,failover',
    'restart-then-promote',
    'pause:primary',
  ];
  const WORKLOADS = ['register', 'session', 'set'];
  for (const configuration of ['semi-sync', 'sync'])
    it(`${configuration}: kills, partitions, pauses and fenced failovers over 20 seeds`, async () => {
      for (const [i, seed] of SEEDS.entries()) {
        const [nemesis, workload] = [FAULTS[i % FAULTS.length], WORKLOADS[i % WORKLOADS.length]];
        const { outcome, reasons } = await judged({ configuration, workload, nemesis, seed });
        expect({ outcome, reasons, nemesis, seed }).toEqual({ outcome: 'valid', reasons: [], nemesis, seed });
      }
    }, 120_000);

  it('multi-leader: kills, pauses and partitions over 10 seeds', async () => {
    const faults = ['kill:all', 'partition:one', 'pause:one,kill:one', 'partition:halves:reset'];
    for (const [i, seed] of SEEDS.slice(0, 10).entries()) {
      const workload = ['session', 'lww', 'set'][i % 3];
      const nemesis = faults[i % faults.length];
      const run = { configuration: 'multi-leader-lww-field', workload, nemesis, seed };
      expect((await judged(run)).reasons).toEqual([]);
    }
  }, 120_000);

  it('a failover that is refused for want of standbys leaves the old leader in charge', async () => {
    const run = { configuration: 'semi-sync', workload: 'set', time: 20, faultFor: 3, seed: '1' };
    const { anomalies, reasons } = await judged({ ...run, nemesis: 'partition:n3,failover' });
    expect(reasons.join()).toContain('does not take hold');
    expect(anomalies.map(({ name }) => name)).toEqual([]);
  });
});

describe('what the store does not claim is seen in simulation', () => {
  const three = SEEDS.slice(0, 3);

  it('asynchronous replication loses acknowledged writes at a failover, synchronous does not', async () => {
    const run = { workload: 'set', nemesis: 'cut-standbys,failover' };
    for (const seed of three) {
      expect(await found({ ...run, seed, configuration: 'async' })).toContain('lost-acknowledged-write');
      expect(await found({ ...run, seed, configuration: 'sync' })).not.toContain('lost-acknowledged-write');
    }
  });

  it('a wrong clock makes a later write lose under last-writer-wins, right clocks do not', async () => {
    const run = { configuration: 'multi-leader-lww-field', workload: 'lww' };
    for (const seed of three) {
      expect(await found({ ...run, seed, nemesis: 'clock:one:+5s' })).toContain('clock-skew-loss');
      expect(await found({ ...run, seed, nemesis: 'kill:one' })).not.toContain('clock-skew-loss');
    }
  });

  it('without fencing a deposed leader goes on', async () => {
    const run = { workload: 'register', nemesis: 'partition:primary,failover:unfenced', rate: 500 };
    for (const seed of three) {
      expect(await found({ ...run, seed, configuration: 'sync-no-fencing' })).toContain('split-brain');
      expect(await found({ ...run, seed, configuration: 'async-no-fencing' })).toContain('stale-read');
      expect(await found({ ...run, seed, configuration: 'sync' })).not.toContain('stale-read');
    }
  });
});
