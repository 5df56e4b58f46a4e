// Whose disks must have a write: what each mode promises in simulation, and that it promises no more.
import { describe, expect, it } from 'vitest';
import { found, judged } from './sim/testing/simulated.ts';

const SEEDS = ['1', '2', '3'];
const CUT = { workload: 'set', nemesis: 'cut-standbys,failover' };

describe('whose disks must have a write', () => {
  for (const configuration of ['first', 'any'])
    it(`${configuration}: nothing acknowledged is lost by a failover, linearizable through them`, async () => {
      for (const seed of SEEDS) {
        expect((await judged({ ...CUT, configuration, seed })).reasons).toEqual([]);
        const run = { configuration, workload: 'register', nemesis: 'kill:primary,failover', seed };
        expect((await judged(run)).reasons).toEqual([]);
      }
    }, 60_000);

  it('first: a follower that is silent is passed over, so that writes go on without it', async () => {
    const settled = { configuration: 'first', workload: 'set', nemesis: 'pause:n2', seed: '1' };
    const { outcome } = await judged({ ...settled, faultFor: 3, time: 12 });
    expect(outcome).toBe('valid');
  });

  it('a fallback to asynchronous replication loses at a failover what it acknowledged alone', async () => {
    const lost = async (fallback: number, seed: string) =>
      (await found({ ...CUT, configuration: 'semi-sync', settings: { fallback }, seed })).includes(
        'lost-acknowledged-write',
      );
    for (const seed of SEEDS) expect(await lost(0, seed)).toBe(false);
    expect(await Promise.all(SEEDS.map((seed) => lost(100, seed)))).toContain(true);
    for (const seed of SEEDS) {
      const run = {
        configuration: 'semi-sync-fallback',
        workload: 'register',
        nemesis: 'cut-standbys',
        seed,
      };
      expect((await judged({ ...run, faultFor: 3, time: 12 })).reasons).toEqual([]);
    }
  }, 60_000);
});

describe('sites', () => {
  it('reads of the session’s own site are as stale as any while it is cut off, and lose nothing', async () => {
    for (const seed of SEEDS) {
      const run = { configuration: 'async-nearest', nemesis: 'partition:between-sites,kill:site', seed };
      expect((await judged({ ...run, workload: 'set' })).reasons).toEqual([]);
    }
    const stale = { configuration: 'async-nearest', workload: 'session', nemesis: 'partition:between-sites' };
    expect(await found({ ...stale, seed: '1' })).toContain('read-your-writes');
  }, 60_000);
});
