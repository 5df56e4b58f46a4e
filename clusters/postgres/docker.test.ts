// The same cluster in containers: Debian's PostgreSQL 17, faults by sidecars, clocks by libfaketime.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeDocker } from '../../harness/hosts/docker/testing/suite.ts';
import { isRefusal } from '../../harness/hosts/types.ts';
import { linksBetween } from '../../nemesis/targets.ts';
import type { ClockControl } from '../../harness/cluster.ts';
import { eventually, runningCluster, type RunningCluster } from './testing/running.ts';

const SETTLE_MS = 60_000;
const NAMES = ['n1', 'n2', 'n3'];
let running: RunningCluster;

describeDocker('PostgreSQL in containers, waiting for its first standby', () => {
  beforeAll(async () => {
    running = await runningCluster('sync-first-1', {}, NAMES, 'docker');
  }, 600_000);
  afterAll(() => running?.close());

  it('boots as one primary with two streaming standbys', async () => {
    const { cluster } = running;
    expect(await cluster.primaries()).toEqual(['n1']);
    expect(Object.keys(await cluster.sample())).toEqual(
      expect.arrayContaining(['lag-bytes:n2', 'lag-bytes:n3']),
    );
    expect((await cluster.versions()).postgresql).toMatch(/^17\./);
  });

  it('a clock that is turned shows in the server’s own time', async () => {
    const clocks = running.cluster.clocks as ClockControl;
    expect(isRefusal(clocks)).toBe(false);
    expect(Math.abs(await clocks.offset('n2'))).toBeLessThan(1_000);
    await clocks.setOffset('n2', 90_000);
    expect(Math.abs((await clocks.offset('n2')) - 90_000)).toBeLessThan(1_000);
    expect(Math.abs(await clocks.offset('n1'))).toBeLessThan(1_000);
    await clocks.setOffset('n2', 0);
    expect(Math.abs(await clocks.offset('n2'))).toBeLessThan(1_000);
  });

  it('pauses every process of a server', async () => {
    const { processes } = running.cluster;
    await processes.pause('n3');
    expect(await processes.state('n3')).toBe('stopped');
    await processes.resume('n3');
    expect(await processes.state('n3')).toBe('running');
  });

  it('loses no acknowledged write when its standbys are cut off before a failover', async () => {
    const { cluster, links, operator } = running;
    const client = await running.client('register');
    expect(await client.do('write', 'kept', 1)).toMatchObject({ type: 'ok', node: 'n1' });
    await links.cut(linksBetween(['n1'], ['n2', 'n3']), 'drop');
    const late = new AbortController();
    const blocked = client.do('write', 'kept', 2, late.signal);
    const { from, to } = await operator.failover({ fence: true });
    late.abort();
    expect(await blocked).toMatchObject({ type: 'info' });
    expect(from).toBe('n1');
    expect(await cluster.processes.state('n1')).toBe('gone');
    await links.heal();
    const fresh = await running.client('register', 0, 1);
    expect(await fresh.do('read', 'kept')).toMatchObject({ type: 'ok', node: to, value: 1 });
    expect(await cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
    await Promise.all([client.close(), fresh.close()]);
  });

  it('without fencing there are two primaries until it settles', async () => {
    const { cluster, operator } = running;
    const { from, to } = await operator.failover({ fence: false });
    await eventually('two primaries', async () => (await cluster.primaries()).length === 2);
    expect([...(await cluster.primaries())].sort()).toEqual([from, to].sort());
    expect(await cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
    expect(await cluster.primaries()).toEqual([to]);
  });

  it('recovers when all nodes were killed', async () => {
    const { cluster } = running;
    await Promise.all(cluster.nodes.map((node) => cluster.processes.kill(node)));
    expect(await cluster.primaries()).toEqual([]);
    await Promise.all(cluster.nodes.map((node) => cluster.processes.restart(node)));
    expect(await cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
  });
});

describeDocker('PostgreSQL 18 in containers', () => {
  afterAll(() => running?.close());

  it('boots, replicates and takes over, as 17 does', async () => {
    running = await runningCluster('sync-first-1', { version: 18 }, ['n1', 'n2'], 'docker');
    expect((await running.cluster.versions()).postgresql).toMatch(/^18\./);
    const client = await running.client('register');
    expect(await client.do('write', 'k', 1)).toMatchObject({ type: 'ok' });
    const { to } = await running.operator.failover({ fence: true });
    const fresh = await running.client('register', 0, 1);
    expect(await fresh.do('read', 'k')).toMatchObject({ type: 'ok', node: to, value: 1 });
    await Promise.all([client.close(), fresh.close()]);
  }, 600_000);
});
