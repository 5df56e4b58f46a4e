import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { StoreClient } from './client.ts';
import type { Request } from './replica/types.ts';
import type { Router } from './routing.ts';
import { TestStore, eventually } from './testing/store.ts';

let store: TestStore;
afterEach(() => store.close());

const walOf = (node: string) => join(store.directory, node, 'data', 'wal.jsonl');
const logOf = (node: string) => readFileSync(join(store.directory, node, 'store.log'), 'utf8');

describe('a single leader', () => {
  it('serves registers, sets and rows', async () => {
    store = await TestStore.start({ ack: 'async', reads: 'primary' });
    const register = await store.client();
    expect(await register.read('x')).toEqual({ type: 'ok', node: 'n1', value: null });
    expect(await register.write('x', 1)).toEqual({ type: 'ok', node: 'n1' });
    expect(await register.do({ f: 'cas', key: 'x', value: [1, 2] })).toEqual({ type: 'ok', node: 'n1' });
    expect((await register.do({ f: 'cas', key: 'x', value: [1, 3] })).value).toBe(false);
    expect((await register.read('x')).value).toBe(2);
    const set = await store.client({ port: 'set' });
    for (const value of [3, 1]) await set.do({ f: 'add', value });
    expect((await set.do({ f: 'read' })).value).toEqual([3, 1]);
    const rows = await store.client({ port: 'rows' });
    await rows.do({ f: 'write', key: 'r', value: { a: 1, b: 2 } });
    await rows.do({ f: 'write', key: 'r', value: { b: 3 } });
    expect((await rows.do({ f: 'read', key: 'r' })).value).toEqual({ a: 1, b: 3 });
    await rows.do({ f: 'delete', key: 'r' });
    expect((await rows.do({ f: 'read', key: 'r' })).value).toBe(null);
  });

  it('refuses writes at a follower, which is a certain failure, and answers reads there', async () => {
    store = await TestStore.start({ ack: 'sync', reads: 'primary' });
    await store.write('x', 1);
    expect(await store.write('x', 2, { node: 'n2' })).toMatchObject({
      type: 'fail',
      error: { code: 'not-leader', message: 'n2 follows n1' },
    });
    await eventually('n2 has it', async () => (await store.valueAt('n2', 'x')) === 1);
    expect(await store.valueAt('n1', 'x')).toBe(1);
  });

  it('refuses a request that it does not understand, and nothing of it happens', async () => {
    store = await TestStore.start({ ack: 'async', reads: 'primary' });
    const leader: Router = { choose: () => ({ node: 'n1', at: 'leader' }), moveOn: () => undefined };
    // A write of a client of another version, say: it names no fields.
    const unknown = { op: 'write', table: 'register', key: '"x"' } as unknown as Request;
    const translate = () => ({ request: unknown, value: () => undefined });
    const client = new StoreClient(translate, leader, store.nodes);
    expect(await client.invoke({ f: 'write', key: 'x', value: 1 }, AbortSignal.timeout(2000))).toMatchObject({
      type: 'fail',
      node: 'n1',
      error: { code: 'bad-request', message: expect.stringMatching(/fields/) as string },
    });
    await client.close();
    for (const node of store.cluster.nodes) expect(await store.valueAt(node, 'x')).toBe(null);
  });

  it('keeps acknowledged writes over kill -9 of every node', async () => {
    store = await TestStore.start({ ack: 'async', reads: 'primary' });
    for (let value = 1; value <= 20; value++) expect((await store.write('x', value)).type).toBe('ok');
    for (const node of store.cluster.nodes) await store.cluster.processes.kill(node);
    expect(await store.cluster.processes.state('n1')).toBe('gone');
    for (const node of store.cluster.nodes) await store.cluster.processes.restart(node);
    expect((await store.cluster.settle(10_000)).settled).toBe(true);
    for (const node of store.cluster.nodes) expect(await store.valueAt(node, 'x')).toBe(20);
  });

  it('keeps what an old leader gives up at its rejoin, each change with its id, for whoever reconciles', async () => {
    store = await TestStore.start({ ack: 'async', reads: 'primary' });
    await store.write('x', 1);
    for (const node of store.cluster.nodes)
      await eventually(`${node} has it`, async () => (await store.valueAt(node, 'x')) === 1);
    await store.links.cut(store.between(['n1'], ['n2', 'n3']), 'drop');
    expect((await store.write('x', 2)).type).toBe('ok');
    await store.operator.failover({ fence: true });
    await store.links.heal();
    expect((await store.cluster.settle(10_000)).settled).toBe(true);
    expect(await store.valueAt('n1', 'x')).toBe(1);
    const place = join(store.directory, 'collected');
    await store.nodes.copyLogs(place);
    const lines = readFileSync(join(place, 'n1', 'discarded.jsonl'), 'utf8')
      .trimEnd()
      .split('\n');
    const discarded = lines.map((line) => JSON.parse(line) as { id: string; change: unknown });
    expect(discarded.map(({ change }) => change)).toEqual([
      { op: 'write', table: 'register', key: '"x"', fields: { value: 2 } },
    ]);
    expect(discarded[0].id).toMatch(/^1:\d+$/);
    for (const other of ['n2', 'n3']) expect(existsSync(join(place, other, 'discarded.jsonl'))).toBe(false);
  });

  it('drops a torn record at the end of its log, and nothing else', async () => {
    store = await TestStore.start({ ack: 'async', reads: 'primary' });
    await store.write('x', 1);
    await store.cluster.processes.kill('n1');
    appendFileSync(walOf('n1'), 'deadbeef {"entry":{"epoch":1,"change":{"op":"wri');
    await store.cluster.processes.restart('n1');
    expect((await store.cluster.settle(10_000)).settled).toBe(true);
    expect(logOf('n1')).toContain('dropped a torn record of 48 bytes');
    expect(await store.valueAt('n1', 'x')).toBe(1);
    await store.write('x', 2);
    expect(readFileSync(walOf('n1'), 'utf8')).not.toContain('deadbeef');
  });

  it('under async, loses at failover what the cut links did not let through, and the rejoined node forgets it too', async () => {
    store = await TestStore.start({ ack: 'async', reads: 'primary' });
    await store.write('x', 1);
    await eventually('all have it', async () => (await store.valueAt('n3', 'x')) === 1);
    await store.links.cut(store.between(['n1'], ['n2', 'n3']), 'drop');
    expect((await store.write('x', 2)).type).toBe('ok');
    expect(await store.operator.failover({ fence: true })).toEqual({ from: 'n1', to: 'n2' });
    expect((await store.write('x', 3, { node: 'n1' })).error?.code).toBe('not-leader');
    expect((await store.once({ f: 'read', key: 'x' })).value).toBe(1);
    expect(await store.cluster.primaries()).toEqual(['n2']);
    await store.links.heal();
    expect(await store.cluster.settle(10_000)).toMatchObject({ settled: true, unrecovered: [] });
    expect(await store.valueAt('n1', 'x')).toBe(1);
    expect(logOf('n1')).toContain('discards 1 entries');
  });

  it('under sync, acknowledges nothing that a failover could lose', async () => {
    store = await TestStore.start({ ack: 'sync', reads: 'primary' });
    await store.write('x', 1);
    await store.links.cut(store.between(['n1'], ['n2', 'n3']), 'drop');
    expect(await store.write('x', 2, { ms: 300 })).toMatchObject({
      type: 'info',
      error: { code: 'aborted' },
    });
    // The leader cannot know any more whether it still leads, so it does not answer reads either.
    expect((await store.once({ f: 'read', key: 'x' }, { ms: 300 })).type).toBe('fail');
    await store.operator.failover({ fence: true });
    expect((await store.once({ f: 'read', key: 'x' })).value).toBe(1);
    expect((await store.write('x', 3)).type).toBe('ok');
    await store.links.heal();
    expect((await store.cluster.settle(10_000)).settled).toBe(true);
    expect(await store.valueAt('n1', 'x')).toBe(3);
  });

  it('under semi-sync, one reachable follower is enough to acknowledge and to survive', async () => {
    store = await TestStore.start({ ack: 'semi-sync', reads: 'primary' });
    await store.links.cut(store.between(['n1'], ['n2']), 'drop');
    expect((await store.write('x', 1)).type).toBe('ok');
    await store.cluster.processes.kill('n1');
    // n3 alone has the write: it is the most advanced.
    expect(await store.operator.failover({ fence: true })).toEqual({ from: 'n1', to: 'n3' });
    expect((await store.once({ f: 'read', key: 'x' })).value).toBe(1);
  });

  it('under semi-sync, an operator who cannot see enough standbys does not promote', async () => {
    store = await TestStore.start({ ack: 'semi-sync', reads: 'primary' });
    await store.cluster.processes.kill('n3');
    await expect(store.operator.failover({ fence: true })).rejects.toThrow(
      'failover from n1: 2 up-to-date standbys must answer before one may be promoted, and these do: n2',
    );
  });

  it('an old leader that nobody told is fenced by epochs: it acknowledges nothing and reads nothing', async () => {
    store = await TestStore.start({ ack: 'sync', reads: 'primary' });
    const old = await store.client({ ms: 300 });
    await old.write('x', 1);
    await store.links.cut(store.between(['n1'], ['n2', 'n3']), 'drop');
    await store.operator.failover({ fence: false });
    expect(await store.cluster.primaries()).toEqual(['n1', 'n2']);
    expect((await old.write('x', 2)).type).toBe('info');
    expect((await store.write('x', 3)).type).toBe('ok');
    await store.links.heal();
    await eventually('n1 steps down', async () => (await store.cluster.primaries()).join() === 'n2');
    expect((await store.once({ f: 'read', key: 'x' })).value).toBe(3);
  });

  it('a write whose leader is deposed before it is committed is indeterminate', async () => {
    store = await TestStore.start({ ack: 'sync', reads: 'primary' });
    await store.links.cut(store.between(['n1'], ['n2', 'n3']), 'drop');
    const write = store.write('x', 1, { ms: 5000 });
    await eventually('it is in the log', () => readFileSync(walOf('n1'), 'utf8').includes('"register"'));
    await store.operator.failover({ fence: true });
    expect(await write).toMatchObject({ type: 'info', error: { code: 'deposed' } });
  });

  it('a write whose server is killed while it waits is indeterminate, and may be there after the restart', async () => {
    store = await TestStore.start({ ack: 'sync', reads: 'primary' });
    await store.links.cut(store.between(['n1'], ['n2', 'n3']), 'drop');
    const write = store.write('x', 1, { ms: 5000 });
    await eventually('it is in the log', () => readFileSync(walOf('n1'), 'utf8').includes('"register"'));
    await store.cluster.processes.kill('n1');
    expect((await write).type).toBe('info');
    await store.links.heal();
    await store.cluster.processes.restart('n1');
    expect((await store.cluster.settle(10_000)).settled).toBe(true);
    expect(await store.valueAt('n1', 'x')).toBe(1);
  });

  it('without fencing, promotion beside a partition leaves two primaries that both acknowledge', async () => {
    store = await TestStore.start({ ack: 'async', reads: 'primary', fencing: false });
    const old = await store.client();
    await old.write('x', 1);
    await eventually('all have it', async () => (await store.valueAt('n2', 'x')) === 1);
    await store.links.cut(store.between(['n1'], ['n2', 'n3']), 'drop');
    await store.operator.failover({ fence: true });
    const fresh = await store.client();
    expect([(await old.write('x', 2)).type, (await fresh.write('x', 3)).type]).toEqual(['ok', 'ok']);
    expect([(await old.read('x')).value, (await fresh.read('x')).value]).toEqual([2, 3]);
    await store.links.heal();
    expect(await store.cluster.primaries()).toEqual(['n1', 'n2']);
    expect((await store.cluster.settle(10_000)).settled).toBe(true);
    expect(await store.cluster.primaries()).toEqual(['n2']);
    expect(await store.valueAt('n1', 'x')).toBe(3);
  });

  it('restart-then-promote loses under async what was read from the restarted primary, and nothing under sync', async () => {
    store = await TestStore.start({ ack: 'async', reads: 'primary' });
    await store.links.cut(store.between(['n1'], ['n2', 'n3']), 'drop');
    await store.write('x', 1);
    expect(await store.operator.restartThenPromote()).toEqual({ from: 'n1', to: 'n2' });
    expect((await store.once({ f: 'read', key: 'x' })).value).toBe(null);
  });

  it('a killed primary that was deposed meanwhile comes back as a standby', async () => {
    store = await TestStore.start({ ack: 'async', reads: 'primary' });
    await store.links.cut(store.between(['n1'], ['n2', 'n3']), 'drop');
    await store.cluster.processes.kill('n1');
    await store.operator.failover({ fence: true });
    await store.cluster.processes.restart('n1');
    await eventually(
      'it is up',
      async () => (await store.write('x', 1, { node: 'n1' })).error?.code !== 'ECONNREFUSED',
    );
    expect(await store.cluster.primaries()).toEqual(['n2']);
    expect((await store.once({ f: 'read', key: 'x' }, { node: 'n1' })).error?.code).toBe('not-ready');
  });

  it('two failovers in a row keep every acknowledged write under semi-sync', async () => {
    store = await TestStore.start({ ack: 'semi-sync', reads: 'primary' });
    for (const value of [1, 2, 3]) {
      expect((await store.write('x', value)).type).toBe('ok');
      await store.operator.failover({ fence: true });
      expect((await store.once({ f: 'read', key: 'x' })).value).toBe(value);
      expect((await store.cluster.settle(10_000)).settled).toBe(true);
      await eventually(
        'the old leader counts again',
        async () => readFileSync(walOf('n1'), 'utf8').trimEnd().split('\n').length > 0,
      );
    }
  });

  it('a node that lags behind a cut link shows in the samples and in the evidence', async () => {
    store = await TestStore.start({ ack: 'async', reads: 'any' });
    await store.links.cut(store.between(['n1'], ['n3']), 'drop');
    for (let value = 1; value <= 5; value++) await store.write('x', value);
    await eventually('n2 caught up', async () => (await store.cluster.sample())['lag-entries:n2'] === 0);
    expect((await store.cluster.sample())['lag-entries:n3']).toBe(5);
    const settled = await store.cluster.settle(500);
    expect(settled).toMatchObject({ settled: false, unrecovered: [] });
    expect(settled.evidence).toBe('n3 lacks 6 entries');
  });
});
