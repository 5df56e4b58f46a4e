import { afterEach, describe, expect, it } from 'vitest';
import { HashTree } from './replica/leaderless/hash-tree.ts';
import { Ring } from './replica/leaderless/ring.ts';
import { TestStore } from './testing/store.ts';

const NAMES = ['n1', 'n2', 'n3', 'n4', 'n5'];

describe('the ring', () => {
  it('gives every row n nodes, and the others as stand-ins', () => {
    const ring = new Ring(NAMES, 3);
    for (let key = 0; key < 50; key++) {
      const range = ring.rangeOf('t', String(key));
      expect(ring.holders(range)).toHaveLength(3);
      expect([...ring.holders(range), ...ring.substitutes(range)].sort()).toEqual(NAMES);
    }
  });

  it('knows the ranges that two nodes share', () => {
    const ring = new Ring(NAMES, 3);
    for (const range of ring.shared('n1', 'n2'))
      expect(ring.holders(range)).toEqual(expect.arrayContaining(['n1', 'n2']));
    expect(ring.shared('n1', 'n1')).toHaveLength(3);
    expect(ring.shared('n1', 'n2')).toHaveLength(2);
  });
});

describe('a hash tree', () => {
  it('differs from another just along the way to the leaves that do', () => {
    const [one, other] = [new HashTree(), new HashTree()];
    for (let row = 0; row < 1000; row++)
      for (const tree of [one, other]) tree.toggle(HashTree.leafOf('t', String(row)), row * 7919 + 1);
    expect(one.root).toBe(other.root);
    const leaf = HashTree.leafOf('t', 'new');
    one.toggle(leaf, 12345);
    expect(one.root).not.toBe(other.root);
    const differing = (level: number, index: number) =>
      one
        .children(level, index)
        .flatMap((hash, i) => (hash === other.children(level, index)[i] ? [] : [index * 16 + i]));
    const [branch] = differing(0, 0);
    expect(differing(0, 0)).toHaveLength(1);
    expect(differing(1, branch)).toEqual([leaf]);
    other.toggle(leaf, 12345);
    expect(one.root).toBe(other.root);
  });
});

describe('a leaderless store of real processes', () => {
  let store: TestStore;
  afterEach(() => store.close());
  const strict = { strategy: 'leaderless', reads: 'any', lww: 'field', n: 3, r: 2, w: 2 };

  it('serves where a quorum is, refuses elsewhere, and brings everyone up to date after the heal', async () => {
    store = await TestStore.start(strict);
    await store.links.cut(store.between(['n1'], ['n2', 'n3']), 'drop');
    expect((await store.write('x', 1, { node: 'n2' })).type).toBe('ok');
    expect(await store.valueAt('n3', 'x')).toBe(1);
    expect(await store.valueAt('n1', 'x')).toBe(null);
    const lonely = await store.write('y', 2, { node: 'n1' });
    expect(lonely).toMatchObject({ type: 'info', error: { code: 'no-quorum' } });
    expect(lonely.error?.message).toBe('n1 heard 1 of 2 nodes that a write needs');
    await store.links.heal();
    expect((await store.cluster.settle(10_000)).settled).toBe(true);
    // Nobody has read: hash trees alone have brought both writes everywhere.
    for (const node of store.cluster.nodes) {
      expect(await store.valueAt(node, 'x')).toBe(1);
      expect(await store.valueAt(node, 'y')).toBe(2);
    }
  });

  it('refuses a compare-and-set, which takes consensus', async () => {
    store = await TestStore.start(strict);
    expect(await store.once({ f: 'cas', key: 'x', value: [1, 2] })).toMatchObject({
      type: 'fail',
      error: { code: 'bad-request', message: expect.stringMatching(/takes consensus/) as string },
    });
  });

  it('keeps acknowledged writes over kill -9 of every node', async () => {
    store = await TestStore.start(strict);
    await store.write('x', 7);
    for (const node of store.cluster.nodes) await store.cluster.processes.kill(node);
    expect((await store.cluster.settle(20_000)).settled).toBe(true);
    for (const node of store.cluster.nodes) expect(await store.valueAt(node, 'x')).toBe(7);
  });
});
