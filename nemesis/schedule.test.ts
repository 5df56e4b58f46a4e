import { describe, expect, it } from 'vitest';
import { randomStream } from '../harness/runtime/random.ts';
import { FAULTS } from './registry.ts';
import { planFaults } from './schedule.ts';
import { parseFaults } from './spec.ts';

const options = { everyMs: 8000, forMs: 3000, firstMs: 2000, lastMs: 20_000 };
const plan = (text: string, seed = '1') =>
  planFaults(parseFaults(text, FAULTS, ['n1', 'n2', 'n3']), options, (stream) => randomStream(seed, stream));

describe('the schedule of faults', () => {
  it('begins the faults of a round in the order in which they were written, the first felt ≥ 200 ms before the next', () => {
    for (let seed = 0; seed < 200; seed++) {
      const [cut, promote] = plan('cut-standbys,failover', String(seed)).filter((p) => p.f === 'fault');
      expect([cut.fault, promote.fault]).toEqual(['cut-standbys', 'failover']);
      expect(promote.at - cut.at).toBeGreaterThanOrEqual(200);
    }
  });

  it('holds every fault for as long as was asked, and heals each one', () => {
    const planned = plan('partition:primary,kill:one');
    for (const begun of planned.filter((p) => p.f === 'fault'))
      expect(planned).toContainEqual({ at: begun.at + options.forMs, f: 'heal', fault: begun.fault });
  });

  it('does not move a fault when another is left out', () => {
    const both = plan('partition:primary,kill:one').filter((p) => p.fault === 'partition:primary');
    expect(plan('partition:primary')).toEqual(both);
  });

  it('is the same for the same seed, another for another', () => {
    expect(plan('kill:one')).toEqual(plan('kill:one'));
    expect(plan('kill:one', '2')).not.toEqual(plan('kill:one'));
  });

  it('leaves the last stretch quiet', () => {
    for (const { at, f } of plan('partition:primary,kill:one,pause:one,failover'))
      if (f === 'fault') expect(at).toBeLessThan(options.lastMs);
  });
});
