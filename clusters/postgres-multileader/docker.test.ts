// Two leaders in containers: what their conflicts come to, seen by clients of both.
import { afterEach, expect, it } from 'vitest';
import { describeDocker } from '../../harness/hosts/docker/testing/suite.ts';
import { isRefusal } from '../../harness/hosts/types.ts';
import { linksBetween } from '../../nemesis/targets.ts';
import { never, runningCluster, type RunningCluster } from '../kit/testing/running.ts';
import { postgresMultileader } from './definition.ts';

const SETTLE_MS = 60_000;
const BOTH = ['n1', 'n2'] as const;
let running: RunningCluster;

async function boot(configuration: string): Promise<void> {
  running = await runningCluster(postgresMultileader, configuration);
}

const write = (node: string, key: string, value: object) =>
  running.do('rows', { f: 'write', key, value: { ...value }, node });
const read = async (key: string) =>
  Promise.all(
    BOTH.map(async (node) => (await running.do('rows', { f: 'read', key, value: null, node })).value),
  );

/** Something at each leader while they do not hear of each other. */
async function apart(work: () => Promise<void>): Promise<void> {
  await running.links.cut(linksBetween(['n1'], ['n2']), 'drop');
  await work();
  await running.links.heal();
}

describeDocker('two PostgreSQL leaders', () => {
  afterEach(() => running.close(), 60_000);

  it('plain: values swap for ever after a partition, and two inserts of a row stop replication', async () => {
    await boot('plain');
    await write('n1', 'swapped', { a: 0 });
    expect(await running.cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
    expect(await read('swapped')).toEqual([{ a: 0 }, { a: 0 }]);
    await apart(async () => {
      await write('n1', 'swapped', { a: 1 });
      await write('n2', 'swapped', { a: 2 });
      await write('n1', 'twice', { b: 1 });
      await write('n2', 'twice', { b: 2 });
    });
    const { settled, evidence } = await running.cluster.settle(SETTLE_MS);
    expect(settled).toBe(true);
    expect(evidence).toMatch(/n1 had to be helped past 1 transactions.*n2 had to be helped past 1/);
    expect(await read('swapped')).toEqual([{ a: 2 }, { a: 1 }]);
    expect(await read('twice')).toEqual([{ b: 1 }, { b: 2 }]);
    const gauges = await running.cluster.sample();
    expect(gauges['apply-errors:n1']).toBeGreaterThan(0);
    expect(gauges).toMatchObject({
      'lag-true-ms:n1>n2': expect.any(Number) as number,
      'lag-true-ms:n2>n1': expect.any(Number) as number,
    });
  }, 200_000);

  it('lww: the later stamp wins on both, with all its row; a slow clock loses even what it writes later', async () => {
    await boot('lww');
    await apart(async () => {
      await write('n1', 'row', { a: 1 });
      await write('n2', 'row', { b: 2 });
    });
    expect(await running.cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
    expect(await read('row')).toEqual([{ b: 2 }, { b: 2 }]);
    const { clocks } = running.cluster;
    if (isRefusal(clocks)) throw new Error(clocks.refused);
    await clocks.setOffset('n1', -5_000);
    expect(await write('n1', 'row', { a: 3 })).toMatchObject({ type: 'ok', node: 'n1' });
    expect(await running.cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
    expect(await read('row')).toEqual([{ b: 2 }, { b: 2 }]);
    expect((await running.cluster.sample())['discarded:n1']).toBeGreaterThan(0);
  }, 200_000);

  it('conflict-table: both versions are kept, fields of both are read, and siblings stand side by side', async () => {
    await boot('conflict-table');
    // Sessions 0 and 1 are at home at n1 and n2.
    const sessions = await Promise.all([0, 1].map((session) => running.client('siblings', session)));
    await apart(async () => {
      await write('n1', 'row', { a: 1, c: 1 });
      await write('n2', 'row', { b: 2, c: 2 });
      for (const [i, each] of sessions.entries())
        expect(await each.invoke({ f: 'write', key: 'both', value: i }, never)).toMatchObject({
          node: BOTH[i],
        });
    });
    expect(await running.cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
    expect(await read('row')).toEqual([
      { a: 1, b: 2, c: 2 },
      { a: 1, b: 2, c: 2 },
    ]);
    const read0 = () => sessions[0].invoke({ f: 'read', key: 'both', value: null }, never);
    expect((await read0()).value).toEqual([0, 1]);
    await sessions[0].invoke({ f: 'write', key: 'both', value: 'one' }, never);
    expect((await read0()).value).toEqual(['one']);
    await Promise.all(sessions.map((each) => each.close()));
  }, 200_000);
});
