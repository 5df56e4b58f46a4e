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

  it('more followers than there are, and a fallback of what never falls back', () => {
    refused('any', { k: 5 }).toThrow('k=5 asks for more followers than the 4 there are');
    refused('first', { k: 0 }).toThrow('k=0 is no number of followers: use 1 or more');
    refused('first', { k: 2.5 }).toThrow('k=2.5 is no number of followers');
    refused('semi-sync', { k: 9 }).not.toThrow();
    refused('semi-sync', { fallback: -1 }).toThrow('fallback=-1 is no time in ms');
    refused('sync', { fallback: 500 }).toThrow('ack=sync never goes on without its followers');
    refused('async', { fallback: 500 }).toThrow('ack=async waits for nobody');
    refused('any', { fallback: 500 }).not.toThrow();
  });

  it('reads by predicate, which the store would misunderstand', () => {
    refused('raft', {}, { workload: 'predicate' }).toThrow(
      'cannot be run against reference: its transactions',
    );
    refused('raft', {}, { workload: 'rw-register' }).not.toThrow();
  });

  it('leases that cannot be', () => {
    refused('automatic', {}, { nodes: 2 }).toThrow(
      'failover=automatic needs a majority that one node can be missing',
    );
    refused('automatic', { ttl: 100 }).toThrow(
      'ttl=100 is too short to be renewed in time: use 800 ms or more',
    );
    refused('automatic', { maxLag: -1 }).toThrow('maxLag=-1 is no number of entries');
    refused('raft', { failover: 'automatic' }).toThrow('it is not for strategy=raft');
  });

  it('sites that the nodes cannot be spread over', () => {
    refused('async', { sites: 4 }).toThrow('sites=4 cannot be: use a whole number from 1 to the 3 nodes');
    refused('async', { sites: 1.5 }).toThrow('sites=1.5 cannot be');
    refused('async', { reads: 'nearest' }).toThrow('reads=nearest needs sites: use --set sites=2 or more');
    refused('async', { reads: 'nearest', sites: 2 }).not.toThrow();
  });

  it('faults and networks that only the simulator can make, in the process world', () => {
    refused('async', { network: 'rough' }).toThrow('network=rough is one that the simulator makes up');
    for (const nemesis of ['duplicate:one:20%', 'reorder:one:20%'])
      refused('async', {}, { nemesis }).toThrow('TCP neither doubles nor reorders what it carries');
    refused('async', {}, { nemesis: 'fsync-error:one' }).toThrow('only a made-up disk can be told to fail');
    refused('async', {}, { nemesis: 'disk-full:one' }).toThrow('only a container has a disk of its own');
    const sim = { world: 'sim' as const };
    for (const nemesis of ['fsync-error:one', 'disk-full:one', 'reorder:one:20%', 'drift:one:+5%'])
      refused('async', { network: 'rough' }, { ...sim, nemesis }).not.toThrow();
  });

  it('logical stamps without quorums that overlap', () => {
    refused('leaderless-abd', { r: 1 }).toThrow(
      'stamps=logical finds the latest write only in quorums that overlap',
    );
    refused('multi-leader-lww', { stamps: 'logical' }).toThrow('it is for strategy=leaderless');
  });

  it('routings that go by a leader where there is none, or one that does not know that it leads', () => {
    refused('raft-token', {}).not.toThrow();
    refused('raft', { reads: 'own', confirm: 'lease' }).not.toThrow();
    refused('raft', { reads: 'token', confirm: 'none' }).toThrow(
      'reads=token may go to the leader, which must know that it leads: use confirm=read-index or lease',
    );
    refused('multi-leader-lww', { reads: 'token' }).toThrow(
      'reads=token goes by a leader: it is not for strategy=multi-leader',
    );
  });

  it('clients that coordinate where no quorum is asked', () => {
    refused('leaderless', { coordinator: 'client' }).not.toThrow();
    for (const other of ['raft', 'async', 'multi-leader-lww'])
      refused(other, { coordinator: 'client' }).toThrow('it is for strategy=leaderless');
  });

  it('a register where siblings are kept', () => {
    refused('leaderless-siblings', {}, { workload: 'register' }).toThrow('a row has several values at once');
    refused('leaderless-siblings', {}, { workload: 'siblings' }).not.toThrow();
    refused('leaderless', {}, { workload: 'siblings' }).not.toThrow();
    refused('raft', {}, { workload: 'siblings' }).toThrow('all changes have one order');
  });
});
