import { describe, expect, it } from 'vitest';
import { resolveRun } from '../../cli/run/config.ts';
import { withBug } from '../../cli/zoo/specimen.ts';
import { walkOf, promiseOf } from '../../cli/zoo/walked.ts';
import { WALKED } from './bugs.ts';
import { walkRaft } from './sim/raft-walk.ts';

const SEEDS = Array.from({ length: 50 }, (_, i) => String(i + 1));

describe('a walk of Raft', () => {
  it('breaks none of its promises, with and without pre-vote, by three nodes and by five', () => {
    for (const nodes of [3, 5])
      for (const preVote of [true, false])
        for (const seed of SEEDS.slice(0, 3)) {
          const walked = walkRaft(seed, { nodes, steps: 20_000, preVote, snapshotEvery: 50, bug: 'none' });
          expect(walked).toMatchObject({ broken: null, steps: 20_000 });
          // A walk that elects nobody, or commits nothing, would keep every promise.
          expect(walked.terms).toBeGreaterThan(5);
          expect(walked.committed).toBeGreaterThan(5);
        }
  });

  it('is the same for a seed, and another for another', () => {
    const bug = WALKED.get('vote-twice-after-restart')!;
    expect(walkOf(bug, '1')).toEqual(walkOf(bug, '1'));
    expect(walkOf(bug, '1')).not.toEqual(walkOf(bug, '2'));
  });

  it('is where its bugs show: no run takes them by profile, and lease reads need pre-vote', () => {
    expect(() => withBug('vote-twice-after-restart', { cluster: 'reference' })).toThrow(
      'walks without a clock show it, alibi zoo --bug vote-twice-after-restart',
    );
    const settings = { preVote: false };
    expect(() =>
      resolveRun({ cluster: 'reference', configuration: 'raft-lease-reads', world: 'sim', settings }),
    ).toThrow('use preVote=true');
  });

  for (const bug of WALKED.values())
    it(`shows ${bug.name} as ${bug.expected} within 50 seeds, and nothing without it`, () => {
      const seed = SEEDS.find((each) => promiseOf(walkOf(bug, each)) === bug.expected);
      expect(seed).toBeDefined();
      expect(walkOf(bug, seed!, false).broken).toBeNull();
    }, 60_000);
});
