// Redis Cluster in containers: six nodes, slots that move under load, and what a kill loses meanwhile.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeDocker } from '../../harness/hosts/docker/testing/suite.ts';
import { eventually, never, runningCluster, type RunningCluster } from '../kit/testing/running.ts';
import { redisCluster } from './definition.ts';

const SETTLE_MS = 90_000;
let running: RunningCluster;

describeDocker('Redis Cluster, three primaries with a replica each', () => {
  beforeAll(async () => {
    running = await runningCluster(redisCluster, 'async');
  }, 300_000);
  afterAll(() => running?.close(), 60_000);

  it('boots with three primaries, and spreads keys over them', async () => {
    expect(await running.cluster.primaries()).toEqual(['n1', 'n2', 'n3']);
    expect(running.cluster.standbys()).toEqual(['n4', 'n5', 'n6']);
    const client = await running.client('register');
    const nodes = new Set<string | undefined>();
    for (let key = 0; key < 12; key++) {
      const done = await client.invoke({ f: 'write', key, value: key }, never);
      expect(done.type).toBe('ok');
      nodes.add(done.node);
    }
    expect([...nodes].sort()).toEqual(['n1', 'n2', 'n3']);
    await client.close();
    // Whom a primary's replica is every node has heard soon after the boot, not at once.
    await eventually('the true lag of every replica', async () => {
      const gauges = await running.cluster.sample();
      return ['n4', 'n5', 'n6'].every((replica) => typeof gauges[`lag-true-ms:${replica}`] === 'number');
    });
  });

  it('bank: a transfer is one script, on the accounts of one slot', async () => {
    await running.do('bank', { f: 'open', value: { 0: 10, 1: 10 } });
    const move = (amount: number) => running.do('bank', { f: 'transfer', value: { from: 0, to: 1, amount } });
    expect(await move(4)).toMatchObject({ type: 'ok' });
    expect(await move(7)).toMatchObject({ type: 'ok', value: false });
    expect(await running.do('bank', { f: 'read' })).toMatchObject({ value: { 0: 6, 1: 14 } });
    expect(await running.do('bank', { f: 'read', value: [1] })).toMatchObject({ value: { 1: 14 } });
  });

  it('keeps logs and hands out numbers, each in one slot', async () => {
    const [logs, ids] = await Promise.all(['log', 'ids'].map((port) => running.client(port)));
    for (const message of ['a', 'b'])
      expect(await logs.invoke({ f: 'send', key: 'l', value: message }, never)).toMatchObject({ type: 'ok' });
    const polled = await logs.invoke({ f: 'poll', key: 'l', value: null }, never);
    expect(polled.value).toEqual([
      [0, 'a'],
      [1, 'b'],
    ]);
    expect((await logs.invoke({ f: 'poll', key: 'l', value: null }, never)).value).toEqual([]);
    const [first, second] = [
      await ids.invoke({ f: 'generate', key: 'i', value: null }, never),
      await ids.invoke({ f: 'generate', key: 'i', value: null }, never),
    ];
    expect([first.value, second.value]).toEqual([1, 2]);
    await Promise.all([logs.close(), ids.close()]);
  });

  it('slots move while clients write: no acknowledged element is lost, whoever knows the old place is redirected', async () => {
    const { rebalancing } = running.cluster;
    const clients = await Promise.all([0, 1].map((process) => running.client('set', process)));
    const acknowledged: number[] = [];
    let going = true;
    for (let value = -1; value >= -48; value--) {
      expect(await clients[0].invoke({ f: 'add', key: 's', value }, never)).toMatchObject({ type: 'ok' });
      acknowledged.push(value);
    }
    const load = clients.map(async (client, i) => {
      for (let n = 0; going; n++) {
        const value = 2 * n + i;
        const done = await client.invoke({ f: 'add', key: 's', value }, never);
        expect(done.type).toBe('ok');
        acknowledged.push(value);
      }
    });
    const before = acknowledged.length;
    const begun = await rebalancing!.split();
    await eventually('the end of the move', () => Promise.resolve(begun.progress().over));
    expect(begun.progress().keys).toBeGreaterThan(0);
    expect(rebalancing!.members()).toEqual(['n1', 'n2', 'n3']);
    going = false;
    await Promise.all(load);
    expect(acknowledged.length).toBeGreaterThan(before + 10);
    const read = await clients[0].invoke({ f: 'read', key: 's', value: null }, never);
    expect(new Set(read.value as number[])).toEqual(new Set(acknowledged));
    await Promise.all(clients.map((client) => client.close()));
  });

  it('a replica takes over by itself when its primary is killed, and the other shards serve meanwhile', async () => {
    await running.cluster.processes.kill('n1');
    await eventually('a new primary', async () => {
      const primaries = await running.cluster.primaries();
      return primaries.includes('n4') && !primaries.includes('n1');
    });
    expect(await running.cluster.settle(SETTLE_MS)).toMatchObject({ settled: true, unrecovered: [] });
    expect(await running.cluster.primaries()).toContain('n4');
    expect(running.cluster.standbys()).toContain('n1');
  });

  it('hands a shard over to its replica without losing anything', async () => {
    const { from, to } = await running.operator.switchover!();
    expect(await running.cluster.primaries()).toContain(to);
    expect(await running.cluster.primaries()).not.toContain(from);
    expect(await running.cluster.settle(SETTLE_MS)).toMatchObject({ settled: true, unrecovered: [] });
  });
});
