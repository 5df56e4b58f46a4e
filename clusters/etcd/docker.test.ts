// etcd 3.5 in containers: three members, faults by sidecars.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Json } from '../../harness/history/event.ts';
import { describeDocker } from '../../harness/hosts/docker/testing/suite.ts';
import { linksBetween } from '../../nemesis/targets.ts';
import { judged } from '../kit/testing/judged.ts';
import { eventually, never, runningCluster, type RunningCluster } from '../kit/testing/running.ts';
import { etcd } from './definition.ts';

const SETTLE_MS = 30_000;
let running: RunningCluster;

describeDocker('etcd in containers', () => {
  beforeAll(async () => {
    running = await runningCluster(etcd, 'linearizable', { 'lease-seconds': 1 });
  }, 300_000);
  afterAll(() => running?.close());

  /** The leader, once there is one and only one. */
  async function leader(): Promise<string> {
    await eventually('one leader', async () => (await running.cluster.primaries()).length === 1);
    return (await running.cluster.primaries())[0];
  }

  it('boots with one leader, tells its version and how far each member is', async () => {
    const first = await leader();
    expect((await running.cluster.versions()).etcd).toMatch(/^3\.\d+\.\d+/);
    const others = running.cluster.nodes.filter((name) => name !== first);
    expect(Object.keys(await running.cluster.sample()).sort()).toEqual([
      'lag-entries:n1',
      'lag-entries:n2',
      'lag-entries:n3',
      ...others.map((name) => `lag-true-ms:${name}`),
    ]);
  });

  it('register: a cas that matches replaces the value, one that does not is ok with false', async () => {
    const act = (f: string, value: Json) => running.do('register', { f, key: 'r', value });
    expect(await act('read', null)).toMatchObject({ type: 'ok', value: null });
    expect(await act('cas', [null, 1])).toMatchObject({ type: 'ok' });
    expect(await act('cas', [null, 2])).toMatchObject({ type: 'ok', value: false });
    expect(await act('cas', [1, { two: 2 }])).not.toHaveProperty('value');
    expect(await act('read', null)).toMatchObject({ value: { two: 2 } });
    expect(await act('write', 'text')).toMatchObject({ type: 'ok' });
    expect(await act('cas', ['text', 4])).not.toHaveProperty('value');
  });

  it('keys that only look alike are different objects', async () => {
    await running.do('register', { f: 'write', key: 1, value: 'number' });
    await running.do('register', { f: 'write', key: '1', value: 'text' });
    expect(await running.do('register', { f: 'read', key: 1 })).toMatchObject({ value: 'number' });
  });

  it('set: every element once, oldest first', async () => {
    for (const value of [3, 'x', 1]) await running.do('set', { f: 'add', value });
    expect(await running.do('set', { f: 'add', value: 3 })).toMatchObject({
      type: 'fail',
      error: { code: 'guard-failed' },
    });
    expect(await running.do('set', { f: 'read' })).toMatchObject({ value: [3, 'x', 1] });
  });

  it('counter: the sum of what was added, whoever else adds', async () => {
    expect(await running.do('counter', { f: 'read', key: 'c' })).toMatchObject({ value: 0 });
    const adds = [1, 2, 3, 4].map((value) => running.do('counter', { f: 'add', key: 'c', value }));
    expect((await Promise.all(adds)).map(({ type }) => type)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(await running.do('counter', { f: 'read', key: 'c' })).toMatchObject({ value: 10 });
  });

  it('rows: a write touches only the fields it names; a delete leaves nothing', async () => {
    const act = (f: string, value: Json = null) => running.do('rows', { f, key: 'k', value });
    await act('write', { a: 1, b: 1 });
    await act('write', { b: 2 });
    expect(await act('read')).toMatchObject({ value: { a: 1, b: 2 } });
    await act('delete');
    expect(await act('read')).toMatchObject({ value: null });
  });

  it('bank: opens accounts once, moves money, and refuses what is not there', async () => {
    const act = (f: string, value: Json = null) => running.do('bank', { f, value });
    await act('open', { 0: 10, 1: 10 });
    expect(await act('transfer', { from: 0, to: 1, amount: 4 })).not.toHaveProperty('value');
    expect(await act('transfer', { from: 0, to: 1, amount: 7 })).toMatchObject({ type: 'ok', value: false });
    expect(await act('read')).toMatchObject({ value: { 0: 6, 1: 14 } });
    expect(await act('read', [1, 0])).toMatchObject({ value: { 0: 6, 1: 14 } });
  });

  it('transaction: lists, registers, predicates and deletes', async () => {
    const about = { keys: ['p', 'q'], mod: 2, is: 0 };
    const steps: Json[] = [
      ['append', 'l', 1],
      ['append', 'l', 2],
      ['r', 'l', [1, 2]],
      ['w', 'p', 2],
      ['w', 'q', 3],
      ['rp', about, [['p', 2]]],
      ['w', 'p', null],
      ['r', 'p', null],
    ];
    const asked = steps.map((step) => {
      const [f, key, value] = step as [string, Json, Json];
      return [f, key, f === 'r' || f === 'rp' ? null : value];
    });
    expect(await running.do('transaction', { f: 'txn', value: asked })).toMatchObject({ value: steps });
    const read = { f: 'txn', value: ['l', 'p', 'q'].map((key) => ['r', key, null]) };
    expect(await running.do('transaction', read)).toMatchObject({
      value: [
        ['r', 'l', [1, 2]],
        ['r', 'p', null],
        ['r', 'q', 3],
      ],
    });
  });

  it('queue: what came first comes out first, once, and null of an empty one', async () => {
    for (const value of [3, 'x', 1, 2]) await running.do('queue', { f: 'enqueue', key: 'q', value });
    const dequeue = () => running.do('queue', { f: 'dequeue', key: 'q' });
    expect([(await dequeue()).value, (await dequeue()).value]).toEqual([3, 'x']);
    const together = await Promise.all([dequeue(), dequeue(), dequeue()]);
    expect(together.map(({ value }) => value).sort()).toEqual([1, 2, null]);
  });

  it('log: offsets grow, and each process polls on from where it is', async () => {
    const [one, other] = [await running.client('log', 0), await running.client('log', 1)];
    const sent = await Promise.all(
      ['a', 'b'].map((value) => one.invoke({ f: 'send', key: 'l', value }, never)),
    );
    const [first, second] = sent.map(({ value }) => value as [number, string]).sort((a, b) => a[0] - b[0]);
    expect(second[0]).toBeGreaterThan(first[0]);
    expect(await one.invoke({ f: 'poll', key: 'l' }, never)).toMatchObject({ value: [first, second] });
    expect(await one.invoke({ f: 'poll', key: 'l' }, never)).toMatchObject({ value: [] });
    await other.invoke({ f: 'seek', key: 'l', value: second[0] }, never);
    expect(await other.invoke({ f: 'poll', key: 'l' }, never)).toMatchObject({ value: [second] });
    await Promise.all([one.close(), other.close()]);
  });

  it('ids: each another one', async () => {
    const found = await Promise.all(Array.from({ length: 5 }, () => running.do('ids', { f: 'generate' })));
    expect(new Set(found.map(({ value }) => value)).size).toBe(5);
  });

  it('lock: one holder at a time, each with a greater token, and free once its holder is silent', async () => {
    const [a, b] = [await running.client('lock', 0), await running.client('lock', 1)];
    const acquire = { f: 'acquire', key: 'l' };
    const first = await a.invoke(acquire, never);
    expect(await b.invoke(acquire, never)).toMatchObject({ type: 'fail' });
    expect(await a.invoke({ f: 'release', key: 'l' }, never)).toMatchObject({ type: 'ok' });
    const second = await b.invoke(acquire, never);
    expect(second.value).toBeGreaterThan(first.value as number);
    // The lease lives for a second after the last word of its holder.
    await b.close();
    await eventually('the lease’s end', async () => (await a.invoke(acquire, never)).type === 'ok');
    await a.close();
  });

  it('hands its leadership over by its own command, and elects anew when the leader is killed', async () => {
    const old = await leader();
    const { from, to } = await running.operator.failover({ fence: false });
    expect(from).toBe(old);
    expect(await leader()).toBe(to);
    const killed = await running.operator.failover({ fence: true });
    expect(await running.cluster.processes.state(killed.from)).toBe('gone');
    expect(await running.do('register', { f: 'write', key: 'k', value: 1, node: killed.to })).toMatchObject({
      type: 'ok',
    });
    expect(await running.cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
  });

  it('takes a member out and puts it back, empty, by its own list', async () => {
    const { membership } = running.cluster;
    if (membership === undefined) throw new Error('etcd has members');
    await running.do('register', { f: 'write', key: 'before', value: 1 });
    await membership.remove('n3');
    expect(await membership.members()).toEqual(['n1', 'n2']);
    expect(await running.cluster.processes.state('n3')).toBe('gone');
    await membership.add('n3');
    expect(await membership.members()).toEqual(['n1', 'n2', 'n3']);
    expect(await running.cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
    expect(await running.do('register', { f: 'read', key: 'before', node: 'n3' })).toMatchObject({
      value: 1,
    });
  });

  it('a member that is cut off answers serializable reads only', async () => {
    const cut = running.cluster.standbys()[0];
    await running.do('register', { f: 'write', key: 'old', value: 1 });
    await running.links.cut(
      linksBetween(
        [cut],
        running.cluster.nodes.filter((node) => node !== cut),
      ),
      'drop',
    );
    const late = AbortSignal.timeout(1500);
    const write = { f: 'write', key: 'old', value: 2, node: cut };
    // Sent, and never answered: nobody knows.
    expect(await running.do('register', write, late)).toMatchObject({ type: 'info', node: cut });
    expect(
      await running.do('register', { f: 'read', key: 'old', node: cut }, AbortSignal.timeout(1500)),
    ).toMatchObject({ type: 'fail' });
    await running.links.heal();
    expect(await running.cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
  });

  it('a member that is down refuses what was never sent', async () => {
    await running.cluster.processes.kill('n2');
    expect(await running.do('register', { f: 'write', key: 'x', value: 1, node: 'n2' })).toMatchObject({
      type: 'fail',
      node: 'n2',
    });
    await running.cluster.processes.restart('n2');
    expect(await running.cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
  });

  it('killed altogether, comes back with everything', async () => {
    await running.do('register', { f: 'write', key: 'kept', value: 7 });
    const { nodes, processes } = running.cluster;
    await Promise.all(nodes.map((node) => processes.kill(node)));
    await Promise.all(nodes.map((node) => processes.restart(node)));
    expect(await running.cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
    expect(await running.do('register', { f: 'read', key: 'kept' })).toMatchObject({ value: 7 });
  });
});

describeDocker('etcd under load', () => {
  it('keeps its transactions strict serializable while its leader is killed', async () => {
    const load = { workload: 'list-append', rate: 100, time: 8, faultFor: 2 };
    expect(await judged({ cluster: 'etcd', nemesis: 'kill:primary', ...load })).toEqual({
      outcome: 'valid',
      reasons: [],
    });
  });
});
