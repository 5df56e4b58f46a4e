import { describe, expect, it } from 'vitest';
import { resolveRun } from '../../cli/run/config.ts';
import type { Setting } from '../types.ts';

const refused = (configuration: string, settings: Record<string, Setting>, more = {}) => {
  const run = () => resolveRun({ cluster: 'reference', configuration, settings, ...more });
  return expect(run);
};

describe('a combination that cannot be had is refused with the reason', () => {
  it('quorums larger than the nodes that hold a row', () => {
    refused('leaderless', { r: 4 }).toThrow(
      'r=4 asks more nodes to answer a read than the n=3 that hold a row',
    );
    refused('leaderless', { w: 4 }).toThrow(
      'w=4 asks more nodes to store a write than the n=3 that hold a row',
    );
    refused('leaderless', { n: 5 }).toThrow('n=5 asks for more nodes to hold a row than the 3 there are');
    refused('leaderless', { n: 5, r: 3, w: 3 }, { nodes: 5 }).not.toThrow();
    refused('leaderless', { w: 0 }).toThrow('w=0 is no number of nodes: use 1 or more');
    refused('leaderless', { r: 1.5 }).toThrow('r=1.5 is no number of nodes');
  });

  it('logical stamps without quorums that overlap', () => {
    refused('leaderless-abd', { r: 1 }).toThrow(
      'stamps=logical finds the latest write only in quorums that overlap',
    );
    refused('multi-leader-lww', { stamps: 'logical' }).toThrow('it is for strategy=leaderless');
  });

  it('a register where siblings are kept', () => {
    refused('leaderless-siblings', {}, { workload: 'register' }).toThrow('a row has several values at once');
    refused('leaderless-siblings', {}, { workload: 'siblings' }).not.toThrow();
    refused('leaderless', {}, { workload: 'siblings' }).not.toThrow();
  });
});
