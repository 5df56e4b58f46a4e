import { afterEach, describe, expect, it } from 'vitest';
import { TestStore } from './testing/store.ts';

let store: TestStore;
afterEach(() => store.close());

const settings = { strategy: 'leaderless', lww: 'field', n: 3, r: 2, w: 2, coordinator: 'client' } as const;

describe('a client that coordinates for itself, with real servers', () => {
  it('writes and reads by quorum, while one node is down, and leaves nothing under way', async () => {
    store = await TestStore.start(settings);
    const client = await store.client();
    expect(await client.write('x', 1)).toEqual({ type: 'ok' });
    expect(await client.read('x')).toEqual({ type: 'ok', value: 1 });
    await store.cluster.processes.kill('n2');
    expect((await client.write('x', 2)).type).toBe('ok');
    expect((await client.read('x')).value).toBe(2);
    await store.cluster.processes.kill('n3');
    // One node is no quorum: the write may have taken effect there, a read certainly has none.
    expect((await client.write('x', 3)).type).toBe('info');
    expect((await client.read('x')).type).toBe('fail');
    await client.close();
    expect((await store.cluster.settle(10_000)).settled).toBe(true);
    const values = await Promise.all(store.cluster.nodes.map((node) => store.valueAt(node, 'x')));
    expect(new Set(values).size).toBe(1);
    expect([2, 3]).toContain(values[0]);
  });

  it('counts and keeps sets and siblings as nodes would', async () => {
    store = await TestStore.start({ ...settings, conflicts: 'crdt' });
    const [one, two] = [
      await store.client({ port: 'counter', session: 1 }),
      await store.client({ port: 'counter', session: 2 }),
    ];
    for (const client of [one, two, one]) await client.do({ f: 'add', key: 'c', value: 2 });
    expect((await two.do({ f: 'read', key: 'c' })).value).toBe(6);
    const set = await store.client({ port: 'crdt-set', session: 3 });
    for (const value of ['a', 'b']) await set.do({ f: 'add', key: 's', value });
    await set.do({ f: 'remove', key: 's', value: 'a' });
    expect((await set.do({ f: 'read', key: 's' })).value).toEqual(['b']);
    for (const client of [one, two, set]) await client.close();
  });
});
