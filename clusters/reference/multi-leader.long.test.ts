import { afterEach, describe, expect, it } from 'vitest';
import { TestStore, eventually } from './testing/store.ts';

let store: TestStore;
afterEach(() => store.close());

const multi = (lww: 'row' | 'field') => ({ strategy: 'multi-leader', reads: 'sticky', lww });
const row = (node: string) => store.once({ f: 'read', key: 'r' }, { node, port: 'rows' });
const put = (node: string, value: Record<string, number>) =>
  store.once({ f: 'write', key: 'r', value }, { node, port: 'rows' });

async function converged(): Promise<unknown> {
  expect((await store.cluster.settle(10_000)).settled).toBe(true);
  const values = await Promise.all(store.cluster.nodes.map(async (node) => (await row(node)).value));
  for (const value of values) expect(value).toEqual(values[0]);
  return values[0];
}

describe('multi-leader with last writer wins', () => {
  it('every node takes writes, and all converge after a partition', async () => {
    store = await TestStore.start(multi('row'));
    expect(await store.cluster.primaries()).toEqual(['n1', 'n2', 'n3']);
    await store.links.cut(store.between(['n1'], ['n2', 'n3']), 'drop');
    for (const [i, node] of store.cluster.nodes.entries())
      expect((await store.write('x', i, { node })).type).toBe('ok');
    expect(await store.valueAt('n1', 'x')).toBe(0);
    expect((await store.cluster.settle(300)).evidence).toContain('n2 lacks');
    await store.links.heal();
    expect((await store.cluster.settle(10_000)).settled).toBe(true);
    for (const node of store.cluster.nodes) expect(await store.valueAt(node, 'x')).toBe(2);
  });

  it('by rows, the later write takes the whole row; by fields, each its own', async () => {
    for (const [lww, expected] of [
      ['row', { b: 2 }],
      ['field', { a: 1, b: 2 }],
    ] as const) {
      store = await TestStore.start(multi(lww), 2);
      await store.links.cut(store.between(['n1'], ['n2']), 'drop');
      await put('n1', { a: 1 });
      await put('n2', { b: 2 });
      await store.links.heal();
      expect(await converged()).toEqual(expected);
      if (lww === 'row') await store.close();
    }
  });

  it('a clock ahead makes the earlier write win over the later one', async () => {
    store = await TestStore.start(multi('row'), 2);
    await store.cluster.clocks.setOffset('n1', 5000);
    expect(Math.abs((await store.cluster.clocks.offset('n1')) - 5000)).toBeLessThan(100);
    expect(Math.abs(await store.cluster.clocks.offset('n2'))).toBeLessThan(100);
    await put('n1', { a: 1 });
    await put('n2', { a: 2 });
    expect(await converged()).toEqual({ a: 1 });
  });

  it('a clock stays wrong over a restart of the process', async () => {
    store = await TestStore.start(multi('row'), 2);
    await store.cluster.clocks.setOffset('n2', -3000);
    await store.cluster.processes.kill('n2');
    await store.cluster.processes.restart('n2');
    await eventually('it is back', async () => (await store.cluster.primaries()).length === 2);
    expect(Math.abs((await store.cluster.clocks.offset('n2')) + 3000)).toBeLessThan(100);
  });

  it('a deleted row stays deleted when an older write arrives late', async () => {
    store = await TestStore.start(multi('field'), 2);
    await store.links.cut([{ from: 'n1', to: 'n2' }], 'drop');
    await put('n1', { a: 1 });
    await store.once({ f: 'delete', key: 'r' }, { node: 'n2', port: 'rows' });
    await store.links.heal();
    expect(await converged()).toBe(null);
  });

  it('kill -9 of a leader loses none of its acknowledged writes, shipped or not', async () => {
    store = await TestStore.start(multi('row'));
    await store.links.cut(store.between(['n1'], ['n2', 'n3']), 'drop');
    await store.write('x', 7, { node: 'n1' });
    await store.cluster.processes.kill('n1');
    await store.links.heal();
    expect((await store.cluster.settle(10_000)).settled).toBe(true);
    for (const node of store.cluster.nodes) expect(await store.valueAt(node, 'x')).toBe(7);
  });

  it('siblings are on record as a conflict, and so is what somebody replaced them with', async () => {
    store = await TestStore.start({ strategy: 'multi-leader', reads: 'sticky', conflicts: 'siblings' }, 2);
    // A session a node: what one has written, the other has not seen.
    const at = async (node: string, port: string, f: string, value?: number) => {
      const client = await store.client({ node, port, session: store.cluster.nodes.indexOf(node) });
      const completion = await client.do({ f, key: 'k', ...(value === undefined ? {} : { value }) });
      await client.close();
      return completion;
    };
    await store.links.cut(store.between(['n1'], ['n2']), 'drop');
    await at('n1', 'siblings', 'write', 1);
    await at('n2', 'siblings', 'write', 2);
    await store.links.heal();
    expect((await store.cluster.settle(10_000)).settled).toBe(true);
    for (const node of ['n1', 'n2']) {
      expect((await at(node, 'siblings', 'read')).value).toEqual([1, 2]);
      expect((await at(node, 'conflicts', 'conflicts')).value).toEqual({ versions: [1, 2], resolutions: [] });
    }
    // Whoever resolves a conflict has seen its versions.
    const client = await store.client({ node: 'n1', port: 'conflicts', session: 0 });
    expect((await client.do({ f: 'read', key: 'k' })).value).toEqual([1, 2]);
    expect((await client.do({ f: 'write', key: 'k', value: 3 })).type).toBe('ok');
    await client.close();
    expect((await store.cluster.settle(10_000)).settled).toBe(true);
    for (const node of ['n1', 'n2']) {
      expect((await at(node, 'siblings', 'read')).value).toEqual([3]);
      expect((await at(node, 'conflicts', 'conflicts')).value).toMatchObject({
        resolutions: [{ by: 3, replaced: [1, 2] }],
      });
    }
  });

  it('has nothing to fail over', async () => {
    store = await TestStore.start(multi('row'), 2);
    expect(store.cluster.operator).toHaveProperty('refused');
    expect(store.cluster.standbys()).toEqual([]);
  });
});
