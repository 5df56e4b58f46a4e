// Hot spots in simulation: each remedy helps against what it is for. Figures: bench/hotspots.ts.
import { describe, expect, it } from 'vitest';
import type { Setting } from '../../types.ts';
import { judged } from '../sim/testing/simulated.ts';

/** By then remedies have taken hold, ns. */
const SETTLED = 6e9;

async function under(
  workload: string,
  configuration: string,
  settings: Readonly<Record<string, Setting>>,
  more: { readonly consistency?: readonly string[] } = {},
) {
  const { outcome, verdicts, anomalies } = await judged({
    workload,
    configuration,
    time: 9,
    rate: 0,
    concurrency: 48,
    operationTimeout: 5,
    seed: '1',
    settings: { serviceTime: 500, partitionKey: 'first', ...settings },
    ...more,
  });
  const stats = (name: string) => verdicts.find(({ checker }) => checker === name)?.stats ?? {};
  const hot = verdicts
    .flatMap(({ findings }) => findings)
    .filter(({ name, evidence }) => name.startsWith('hot-') && Number(evidence?.to) > SETTLED)
    .map(({ name }) => name);
  return {
    outcome,
    hot: new Set(hot),
    reads: Number(stats('staleness').reads),
    stale: Number(stats('staleness').stale),
    violations: anomalies.filter(({ status }) => status === 'violation').map(({ name }) => name),
  };
}

describe('hot spots', () => {
  it('keys that only increase make one range hot, which a hash and salt spread and a split does not', async () => {
    const plain = await under('hotspot-increasing', 'partitioned-range', {});
    expect([...plain.hot]).toEqual(['hot-partition']);
    const ring = await under('hotspot-increasing', 'partitioned-ring', {});
    const salted = await under('hotspot-increasing', 'partitioned-range', { salt: 10 });
    const split = await under('hotspot-increasing', 'partitioned-range', { splitLoad: 800 });
    expect([[...ring.hot], [...salted.hot]]).toEqual([[], []]);
    for (const { reads } of [ring, salted]) expect(reads).toBeGreaterThan(2 * plain.reads);
    expect(split.reads).toBeLessThan(1.2 * plain.reads);
  }, 120_000);

  it('neighbours that are hot are spread by splitting where the load is', async () => {
    const plain = await under('hotspot', 'partitioned-range', {});
    const split = await under('hotspot', 'partitioned-range', { splitLoad: 800 });
    expect(plain.hot).toContain('hot-partition');
    expect(split.hot).not.toContain('hot-partition');
    expect(split.reads).toBeGreaterThan(1.5 * plain.reads);
    expect(split.outcome).toBe('valid');
  }, 120_000);

  it('a celebrity is helped by salt and by a partition of its own', async () => {
    const plain = await under('hotspot-celebrity', 'partitioned-range', {});
    expect([...plain.hot].sort()).toEqual(['hot-key', 'hot-partition']);
    for (const settings of [{ salt: 10 }, { dedicate: 100 }]) {
      const { reads, outcome } = await under('hotspot-celebrity', 'partitioned-range', settings);
      expect(outcome).toBe('valid');
      expect(reads).toBeGreaterThan(1.15 * plain.reads);
    }
  }, 120_000);

  it('a client’s cache is as old as it may be: stale, and within its bound', async () => {
    const cached = await under('hotspot-celebrity', 'partitioned-range', { cacheFor: 200 });
    expect(cached.stale).toBeGreaterThan(100);
    expect(cached.outcome).toBe('valid');
    const asked = { consistency: ['bounded-staleness:50'] };
    const { violations } = await under('hotspot-celebrity', 'partitioned-range', { cacheFor: 200 }, asked);
    expect(violations).toEqual(['too-old']);
  }, 120_000);

  it('even load is a claim that can be asked for', async () => {
    const asked = { consistency: ['even-load'] };
    expect((await under('hotspot-increasing', 'partitioned-range', {}, asked)).violations).toEqual([
      'hot-partition',
    ]);
    expect((await under('hotspot-increasing', 'partitioned-ring', {}, asked)).outcome).toBe('valid');
  }, 120_000);
});
