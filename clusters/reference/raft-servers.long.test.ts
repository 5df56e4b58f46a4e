import { afterEach, describe, expect, it } from 'vitest';
import { TestStore, eventually } from './testing/store.ts';

let store: TestStore;
afterEach(() => store.close());

const leader = async () => (await store.cluster.primaries())[0];
/** One client that finds the leader by and by. */
async function persistent() {
  const client = await store.client();
  return {
    write: (value: number) =>
      eventually(`${value} is written`, async () => (await client.write('x', value)).type === 'ok'),
    reads: (value: number) =>
      eventually(`${value} is read`, async () => {
        const read = await client.read('x');
        if (read.type === 'ok') expect(read.value).toBe(value);
        return read.type === 'ok';
      }),
  };
}
const settled = async () => expect((await store.cluster.settle(10_000)).settled).toBe(true);

describe('Raft on real servers', () => {
  it('elects another leader when kill -9 ends the first, loses nothing, and takes it back', async () => {
    store = await TestStore.start({ strategy: 'raft', reads: 'primary', snapshotEvery: 5 });
    for (let value = 1; value <= 20; value++) expect((await store.write('x', value)).type).toBe('ok');
    const first = await leader();
    await store.cluster.processes.kill(first);
    await eventually('another leads', async () => ![undefined, first].includes(await leader()));
    const client = await persistent();
    await client.reads(20);
    await client.write(21);
    await store.cluster.processes.restart(first);
    await settled();
    await client.reads(21);
  });

  it('answers nobody from a leader that is cut off, and drops what it had not committed', async () => {
    store = await TestStore.start({ strategy: 'raft', reads: 'primary' });
    await store.write('x', 1);
    const first = await leader();
    const others = store.cluster.nodes.filter((node) => node !== first);
    await store.links.cut(store.between([first], others), 'drop');
    const alone = await store.once({ f: 'write', key: 'x', value: 2 }, { ms: 500 });
    expect(alone.type).toBe('info');
    await eventually('another leads', async () => others.includes((await leader()) ?? ''));
    const client = await persistent();
    await client.write(3);
    await store.links.heal();
    await settled();
    await client.reads(3);
  });

  it('takes a member out, deletes its data, and takes it in again with nothing', async () => {
    store = await TestStore.start({ strategy: 'raft', reads: 'primary', snapshotEvery: 5 });
    for (let value = 1; value <= 12; value++) await store.write('x', value);
    const members = store.cluster.membership!;
    const gone = await leader();
    await members.remove(gone);
    expect(await members.members()).not.toContain(gone);
    expect(await store.cluster.processes.state(gone)).toBe('gone');
    await (await persistent()).write(13);
    await members.add(gone);
    expect(await members.members()).toEqual(['n1', 'n2', 'n3']);
    await settled();
    // What it serves now it has from the others: it reads as it stands.
    expect((await store.nodes.ask(gone, { command: 'status' })).serving).toBe(true);
    for (const node of store.cluster.nodes)
      await eventually(node, async () => (await store.valueAt(node, 'x')) === 13);
  });

  it('lets a read wait for what its session has seen, wherever it goes', async () => {
    store = await TestStore.start({ strategy: 'raft', reads: 'token' });
    const client = await store.client({ session: 1 });
    for (let value = 1; value <= 30; value++) {
      expect((await client.write('x', value)).type).toBe('ok');
      expect((await client.read('x')).value).toBe(value);
    }
    await client.close();
  });
});
