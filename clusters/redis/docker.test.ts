// Redis 8 and Valkey 8 in containers: a primary, two replicas, three sentinels; clocks by a library of ours.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../harness/history/event.ts';
import { describeDocker } from '../../harness/hosts/docker/testing/suite.ts';
import { linksBetween } from '../../nemesis/targets.ts';
import { eventually, never, runningCluster, type RunningCluster } from '../kit/testing/running.ts';
import { redis, valkey } from './definition.ts';

const SETTLE_MS = 40_000;
let running: RunningCluster;

describeDocker('Redis in containers, its writes waiting for a replica', () => {
  beforeAll(async () => {
    running = await runningCluster(redis, 'wait-1', { 'min-replicas': 1, 'ack-ms': 300, 'lease-ms': 1000 });
  }, 300_000);
  afterAll(() => running?.close());

  const act = (port: string, f: string, key: Json, value: Json = null, node?: string) =>
    running.do(port, { f, key, value, ...(node === undefined ? {} : { node }) });

  it('boots with one primary and two replicas, and tells its version and how far they are', async () => {
    expect(await running.cluster.primaries()).toEqual(['n1']);
    expect((await running.cluster.versions()).redis).toMatch(/^8\./);
    await eventually('both replicas', async () => 'lag-bytes:n3' in (await running.cluster.sample()));
    expect(await running.cluster.sample()).toHaveProperty('lag-seconds:n2');
  });

  it('register: a cas that matches replaces the value, one that does not is ok with false', async () => {
    expect(await act('register', 'read', 'r')).toMatchObject({ type: 'ok', value: null });
    expect(await act('register', 'cas', 'r', [null, 1])).toEqual({ type: 'ok', node: 'n1' });
    expect(await act('register', 'cas', 'r', [null, 2])).toMatchObject({ type: 'ok', value: false });
    expect(await act('register', 'cas', 'r', [1, { two: 2 }])).toEqual({ type: 'ok', node: 'n1' });
    expect(await act('register', 'read', 'r')).toMatchObject({ value: { two: 2 } });
    await act('register', 'write', 7, 'number');
    await act('register', 'write', '7', 'text');
    expect(await act('register', 'read', 7)).toMatchObject({ value: 'number' });
  });

  it('set, counter and rows keep what they were given', async () => {
    for (const element of [1, 'x'])
      expect(await act('set', 'add', 's', element)).toMatchObject({ type: 'ok' });
    expect(await act('set', 'add', 's', 1)).toMatchObject({ type: 'fail', error: { code: 'already-there' } });
    expect((await act('set', 'read', 's')).value).toEqual(expect.arrayContaining([1, 'x']));
    await act('counter', 'add', 'c', 5);
    await act('counter', 'add', 'c', -2);
    expect(await act('counter', 'read', 'c')).toMatchObject({ value: 3 });
    await act('rows', 'write', 'k', { a: 1, b: 1 });
    await act('rows', 'write', 'k', { b: 2 });
    expect(await act('rows', 'read', 'k')).toMatchObject({ value: { a: 1, b: 2 } });
    await act('rows', 'delete', 'k');
    expect(await act('rows', 'read', 'k')).toMatchObject({ value: null });
  });

  it('queue, log and ids answer by what came before', async () => {
    for (const element of [1, 'x']) await act('queue', 'enqueue', 'q', element);
    expect(await act('queue', 'dequeue', 'q')).toMatchObject({ value: 1 });
    expect(await act('queue', 'dequeue', 'q')).toMatchObject({ value: 'x' });
    expect(await act('queue', 'dequeue', 'q')).toMatchObject({ type: 'ok', value: null });
    expect(await act('log', 'send', 'l', 'a')).toMatchObject({ value: [0, 'a'] });
    expect(await act('log', 'send', 'l', 'b')).toMatchObject({ value: [1, 'b'] });
    const client = await running.client('log', 0);
    const poll = async () => (await client.invoke({ f: 'poll', key: 'l', node: 'n1' }, never)).value;
    expect([await poll(), await poll()]).toEqual([
      [
        [0, 'a'],
        [1, 'b'],
      ],
      [],
    ]);
    await client.invoke({ f: 'seek', key: 'l', value: 1, node: 'n1' }, never);
    expect(await poll()).toEqual([[1, 'b']]);
    await client.close();
    expect(await act('ids', 'generate', null)).toMatchObject({ value: 1 });
    expect(await act('ids', 'generate', null)).toMatchObject({ value: 2 });
  });

  it('lock: one holder at a time, prolonged while it lives, free once it is silent', async () => {
    const [a, b] = [await running.client('lock', 0), await running.client('lock', 1)];
    const acquire = { f: 'acquire', key: 'l' };
    expect(await a.invoke(acquire, never)).toMatchObject({ type: 'ok', value: null });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await b.invoke(acquire, never)).toMatchObject({ type: 'fail', error: { code: 'held' } });
    await a.close();
    await eventually('the end of its time', async () => (await b.invoke(acquire, never)).type === 'ok');
    expect(await b.invoke({ f: 'release', key: 'l' }, never)).toMatchObject({ type: 'ok' });
    await b.close();
  });

  it('a clock that is turned shows in the server’s own time', async () => {
    const { clocks } = running.cluster;
    if ('refused' in clocks) throw new Error(clocks.refused);
    expect(Math.abs(await clocks.offset('n2'))).toBeLessThan(1_000);
    await clocks.setOffset('n2', -90_000);
    expect(Math.abs((await clocks.offset('n2')) + 90_000)).toBeLessThan(1_000);
    expect(Math.abs(await clocks.offset('n1'))).toBeLessThan(1_000);
    await clocks.setOffset('n2', 0);
    expect(Math.abs(await clocks.offset('n2'))).toBeLessThan(1_000);
  });

  describe('the error table, on the real server', () => {
    it('read-only: a replica refuses a write', async () => {
      expect(await act('register', 'write', 'x', 1, 'n2')).toMatchObject({
        type: 'fail',
        error: { code: 'READONLY' },
      });
    });

    it('read-only: a replica refuses all of a transaction that writes, whatever else it does', async () => {
      const steps = [
        ['r', 't', null],
        ['append', 't', 1],
      ];
      const refused = await act('transaction', 'txn', null, steps, 'n2');
      expect(refused).toMatchObject({ type: 'fail', error: { code: 'READONLY' } });
      expect(await act('transaction', 'txn', null, [['r', 't', null]], 'n2')).toMatchObject({
        value: [['r', 't', null]],
      });
      expect(await act('transaction', 'txn', null, steps)).toMatchObject({ type: 'ok' });
    });

    it('refused-command: a command that the server finds wrong changes nothing', async () => {
      expect(await act('counter', 'add', 'c', 1.5)).toMatchObject({ type: 'fail', error: { code: 'ERR' } });
    });

    it('not-sent: a server that is down was told nothing', async () => {
      await running.cluster.processes.kill('n3');
      expect(await act('register', 'write', 'x', 1, 'n3')).toMatchObject({ type: 'fail', node: 'n3' });
      await running.cluster.processes.restart('n3');
      expect(await running.cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
    });

    it('too-few-acknowledged, then no-replicas: a primary without replicas first cannot wait, then refuses', async () => {
      const [primary] = await running.cluster.primaries();
      const replicas = running.cluster.nodes.filter((node) => node !== primary);
      await Promise.all(replicas.map((node) => running.cluster.processes.pause(node)));
      const write = () => act('register', 'write', 'few', 1, primary);
      expect(await write()).toMatchObject({ type: 'info', error: { code: 'too-few-acknowledged' } });
      let last = await write();
      await eventually('a refusal', async () => (last = await write()).type === 'fail');
      expect(last.error?.code).toBe('NOREPLICAS');
      await Promise.all(replicas.map((node) => running.cluster.processes.resume(node)));
      expect(await running.cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
    });

    it('unknown: a write that was never answered may have happened', async () => {
      const [primary] = await running.cluster.primaries();
      const client = await running.client('register');
      await client.invoke({ f: 'read', key: 'u' }, never);
      await running.cluster.processes.pause(primary);
      const late = AbortSignal.timeout(300);
      expect(await client.invoke({ f: 'write', key: 'u', value: 1 }, late)).toMatchObject({ type: 'info' });
      await running.cluster.processes.resume(primary);
      await client.close();
      expect(await running.cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
    });
  });

  it('moves its primary by its own command, and its clients find the new one', async () => {
    const [before] = await running.cluster.primaries();
    await act('register', 'write', 'kept', 1);
    const { from, to } = await running.operator.failover({ fence: false });
    expect(from).toBe(before);
    await running.cluster.settle(SETTLE_MS);
    expect(await running.cluster.primaries()).toEqual([to]);
    expect(await act('register', 'read', 'kept')).toMatchObject({ node: to, value: 1 });
  }, 180_000);

  it('elects another primary when its own is cut off; the old one goes on taking writes from whoever reaches it', async () => {
    const [old] = await running.cluster.primaries();
    const others = running.cluster.nodes.filter((node) => node !== old);
    await running.links.cut(linksBetween([old], others), 'drop');
    await eventually('two primaries', async () => (await running.cluster.primaries()).length === 2);
    await running.links.heal();
    expect(await running.cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
    expect(await running.cluster.primaries()).not.toEqual([old]);
  });

  // The last one: half a minute later that sentinel still votes for nobody.
  it('moves its primary although a sentinel that was held up for three seconds trusts no clock for half a minute', async () => {
    const { host } = running.cluster.storage!('n1');
    await host.signal('sentinel', 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await host.signal('sentinel', 'SIGCONT');
    await new Promise((resolve) => setTimeout(resolve, 500));
    const [before] = await running.cluster.primaries();
    const { from, to } = await running.operator.failover({ fence: false });
    expect(from).toBe(before);
    expect(to).not.toBe(before);
  }, 180_000);
});

describeDocker('Valkey in containers, one server', () => {
  it.each([
    ['single-everysec', 1],
    ['single-no-aof', null],
  ])(
    '%s has after a kill what its file has',
    async (configuration, expected) => {
      const alone = await runningCluster(valkey, configuration);
      try {
        await alone.do('register', { f: 'write', key: 'k', value: 1 });
        await alone.cluster.processes.kill('n1');
        await alone.cluster.processes.restart('n1');
        expect(await alone.cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
        expect(await alone.do('register', { f: 'read', key: 'k' })).toMatchObject({ value: expected });
        expect((await alone.cluster.versions()).valkey).toMatch(/^8\./);
      } finally {
        await alone.close();
      }
    },
    120_000,
  );
});
