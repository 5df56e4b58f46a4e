import { describe, expect, it } from 'vitest';
import { Lab } from '../lab/pool.ts';
import { drawRun } from './draw.ts';
import { missed, passes, swarm, swarmText } from './swarm.ts';

const SEEDS = Array.from({ length: 200 }, (_, i) => String(i + 1));

describe('a swarm', () => {
  it('draws the same run for a seed, and others for other seeds', () => {
    const draw = (seed: string) => drawRun({ cluster: 'reference', configuration: 'sync' }, seed).config;
    expect(draw('7')).toEqual(draw('7'));
    expect(new Set(SEEDS.map((seed) => JSON.stringify({ ...draw(seed), seed: '' }))).size).toBeGreaterThan(
      150,
    );
  });

  it('deals only faults that the claim tolerates, and each of those at times', () => {
    for (const configuration of ['async', 'sync', 'multi-leader-lww']) {
      const dealt = new Set<string>();
      for (const seed of SEEDS) {
        const { claim, faults } = drawRun({ cluster: 'reference', configuration }, seed);
        for (const { family } of faults) {
          expect(claim.tolerates.faults).toContain(family);
          dealt.add(family);
        }
      }
      expect(dealt.has('partition') && dealt.has('kill') && dealt.has('pause'), configuration).toBe(true);
      expect(dealt.has('failover')).toBe(configuration === 'sync');
    }
  });

  it('leaves what the user asked for', () => {
    const asked = {
      cluster: 'reference',
      configuration: 'sync',
      nodes: 3,
      nemesis: 'kill:all',
      workload: 'set',
    };
    for (const seed of SEEDS.slice(0, 20)) expect(drawRun(asked, seed).config).toMatchObject(asked);
  });

  it('passes a sound store, names the rare states that it reached, and catches a bug', async () => {
    const lab = new Lab(1);
    const asked = { cluster: 'reference', configuration: 'semi-sync', workload: 'set', time: 6 };
    const sound = await swarm(asked, SEEDS.slice(0, 6), lab);
    expect(sound).toMatchObject({ runs: 6, notable: [] });
    expect(passes(sound, 0.5)).toBe(true);
    expect(sound.marks['logs-disagree']).toBeGreaterThan(0);
    expect(swarmText(sound)[0]).toContain('reference:semi-sync: 6 runs');
    const ill = await swarm(
      { ...asked, nemesis: 'cut-standbys,failover', settings: { bug: 'ack-before-quorum' } },
      SEEDS.slice(0, 2),
      lab,
    );
    expect(ill.outcomes.violation).toBe(2);
    expect(passes(ill)).toBe(false);
    expect(ill.notable[0].command).toContain('--set bug=ack-before-quorum');
  }, 120_000);

  it('says which rare states it never reached', () => {
    const marks = { 'tail-discarded': 0, 'logs-disagree': 3 };
    expect(missed({ marks } as unknown as Parameters<typeof missed>[0])).toEqual(['tail-discarded']);
  });
});
