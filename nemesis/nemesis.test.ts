import { describe, expect, it } from 'vitest';
import { realRuntime } from '../harness/runtime/real.ts';
import type { FaultBegin, FaultEnd } from '../harness/history/fault.ts';
import { FaultNemesis } from './nemesis.ts';
import { FAULTS } from './registry.ts';
import { parseFaults } from './spec.ts';
import { fakeCluster, type Flaws } from './testing/fake-cluster.ts';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

async function dealt(fault: string, flaws: Flaws = {}) {
  const cluster = fakeCluster(flaws);
  const specs = parseFaults(fault, FAULTS, cluster.nodes);
  const nemesis = new FaultNemesis(specs, FAULTS, cluster, realRuntime('1'), log);
  const [begun] = await nemesis.invoke({ f: 'fault', value: fault });
  const [healed] = await nemesis.invoke({ f: 'heal', value: fault });
  return { cluster, begin: begun.value as FaultBegin, end: healed?.value as FaultEnd | undefined };
}

describe('a fault', () => {
  it.each([
    'partition:primary',
    'partition:halves',
    'cut-standbys',
    'delay:one:40ms',
    'kill:primary',
    'kill:all',
    'pause:minority',
    'clock:one:-250ms',
    'failover',
    'restart-then-promote',
  ])('%s that took hold has reached and bitten', async (fault) => {
    const { begin, end } = await dealt(fault);
    expect(begin).toMatchObject({ fault, reached: true });
    expect(begin.targets.length).toBeGreaterThan(0);
    expect(end?.bit).toBe(true);
  });

  it.each<[string, Flaws]>([
    ['partition:primary', { cutsDoNothing: true }],
    ['delay:all:40ms', { delaysDoNothing: true, silent: true }],
    ['kill:one', { killsDoNothing: true }],
    ['clock:one:+5s', { clocksDoNothing: true }],
    ['failover', { promotionsDoNothing: true }],
  ])('%s that changed nothing has neither reached nor bitten', async (fault, flaws) => {
    const { begin, end } = await dealt(fault, flaws);
    expect(begin.reached).toBe(false);
    expect(end?.bit).toBe(false);
  });

  it('that cut links over which nobody spoke has reached and not bitten', async () => {
    const { begin, end } = await dealt('partition:one', { silent: true });
    expect(begin.reached).toBe(true);
    expect(end?.bit).toBe(false);
  });

  it('that paused what somebody else continued has not bitten', async () => {
    expect((await dealt('pause:one', { resumedByOthers: true })).end?.bit).toBe(false);
  });

  it('one way cuts only the links into, or out of, its targets', async () => {
    const cluster = fakeCluster();
    const specs = parseFaults('partition:n1:in', FAULTS, cluster.nodes);
    const nemesis = new FaultNemesis(specs, FAULTS, cluster, realRuntime('1'), log);
    await nemesis.invoke({ f: 'fault', value: 'partition:n1:in' });
    expect([...cluster.cut].sort()).toEqual(['n2>n1', 'n3>n1']);
    await nemesis.healAll();
    expect(cluster.cut.size).toBe(0);
  });

  it('at the primary waits for a cluster that is busy or electing one, and not for ever', async () => {
    expect((await dealt('partition:primary', { shy: 2 })).begin.targets).toEqual(['n1']);
    expect((await dealt('cut-standbys', { shy: 2 })).begin.reached).toBe(true);
    expect((await dealt('cut-standbys', { shy: 100 })).begin).toMatchObject({
      reached: false,
      evidence: 'could not be injected: no node says that it is the primary',
    });
  });

  it('that cannot be injected is recorded as one that did not reach', async () => {
    const cluster = { ...fakeCluster(), operator: { refused: 'nobody promotes here' } };
    const specs = parseFaults('failover', FAULTS, cluster.nodes);
    const nemesis = new FaultNemesis(specs, FAULTS, cluster, realRuntime('1'), log);
    const [event] = await nemesis.invoke({ f: 'fault', value: 'failover' });
    expect(event.value).toMatchObject({
      reached: false,
      evidence: 'could not be injected: nobody promotes here',
    });
  });

  it('draws its targets from a stream of its own', async () => {
    const targets = async (faults: string) => {
      const cluster = fakeCluster();
      const nemesis = new FaultNemesis(
        parseFaults(faults, FAULTS, cluster.nodes),
        FAULTS,
        cluster,
        realRuntime('7'),
        log,
      );
      const drawn: string[] = [];
      for (const fault of faults.split(','))
        for (const { value } of await nemesis.invoke({ f: 'fault', value: fault }))
          if (fault === 'pause:one') drawn.push(...(value as FaultBegin).targets);
      return drawn;
    };
    expect(await targets('kill:one,pause:one')).toEqual(await targets('pause:one'));
  });
});
