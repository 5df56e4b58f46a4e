import { describe, expect, it } from 'vitest';
import { resolveRun } from '../../cli/run/config.ts';
import { BUGS } from './bugs.ts';
import { judged } from './sim/testing/simulated.ts';

const SEEDS = Array.from({ length: 8 }, (_, i) => String(i + 1));
const DEFAULTS = { time: 20, faultFor: 3, rate: 300 };

/** One of each strategy, for `npm test`; CI, which has more time, sets ALIBI_SEEDS and tries them all. */
const ALL = [...BUGS.values()];
const CHOSEN =
  process.env['ALIBI_SEEDS'] === undefined
    ? ALL.filter(({ strategy }, i) => ALL.findIndex((other) => other.strategy === strategy) === i)
    : ALL;

describe('a store with a defect', () => {
  for (const { name, expected, profile } of CHOSEN)
    it(`${name} is caught as ${expected}, and without it the same seed has none`, async () => {
      const violated = async (bug: string, seed: string) => {
        const settings = { ...profile.settings, bug };
        const { anomalies } = await judged({ ...DEFAULTS, ...profile, settings, seed });
        return anomalies.some((anomaly) => anomaly.name === expected && anomaly.status === 'violation');
      };
      for (const seed of SEEDS)
        if (await violated(name, seed)) {
          expect(await violated('none', seed)).toBe(false);
          return;
        }
      expect.unreachable(`not caught in ${SEEDS.length} seeds`);
    }, 180_000);

  it('is refused where the defect cannot be', () => {
    const run = (configuration: string, bug: string, world: 'sim' | 'process') => () =>
      resolveRun({ cluster: 'reference', configuration, world, settings: { bug } });
    expect(run('async', 'lww-tie-by-arrival', 'sim')).toThrow(
      'reference cannot be run so: bug lww-tie-by-arrival is one of multi-leader replication, not of single-leader',
    );
    expect(run('async', 'no-fsync', 'process')).toThrow('lives in the simulated disk: use --world sim');
    expect(run('async', 'no-fsync', 'sim')).not.toThrow();
  });
});
