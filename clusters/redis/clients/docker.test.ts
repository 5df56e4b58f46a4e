// Transactions and accounts on one real server.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Client, Completion } from '../../../harness/cluster.ts';
import type { Json } from '../../../harness/history/event.ts';
import { describeDocker } from '../../../harness/hosts/docker/testing/suite.ts';
import { judged } from '../../kit/testing/judged.ts';
import { runningCluster, type RunningCluster } from '../../kit/testing/running.ts';
import { redis } from '../definition.ts';

let running: RunningCluster;

describeDocker('a client of one Redis server', () => {
  beforeAll(async () => {
    running = await runningCluster(redis, 'single-always');
  }, 300_000);
  afterAll(() => running?.close());

  const act = (port: string, f: string, value: Json = null) => running.do(port, { f, value });
  const asked = (steps: readonly Json[]) =>
    steps.map((step) => {
      const [f, key, value] = step as [string, Json, Json];
      return [f, key, f === 'r' || f === 'rp' ? null : value];
    });

  it('transaction: lists, registers, predicates and deletes, each on what was done before', async () => {
    const about = { keys: ['p', 'q', 's'], mod: 2, is: 0 };
    const steps: Json[] = [
      ['r', 'l', null],
      ['append', 'l', 1],
      ['append', 'l', 'x'],
      ['r', 'l', [1, 'x']],
      ['w', 'p', 2],
      ['w', 'q', 3],
      ['rp', about, [['p', 2]]],
      ['w', 'p', null],
      ['rp', about, []],
      ['rp', { keys: about.keys }, [['q', 3]]],
      ['r', 'p', null],
      ['r', 'q', 3],
    ];
    expect(await act('transaction', 'txn', asked(steps))).toEqual({ type: 'ok', node: 'n1', value: steps });
    const later: Json[] = [
      ['r', 'l', [1, 'x']],
      ['r', 'p', null],
      ['rp', { keys: about.keys }, [['q', 3]]],
    ];
    expect(await act('transaction', 'txn', asked(later))).toMatchObject({ type: 'ok', value: later });
  });

  it('transaction: a delete of what is not there is answered as a read', async () => {
    expect(await act('transaction', 'txn', [['w', 'd', null]])).toMatchObject({ value: [['r', 'd', null]] });
    await act('transaction', 'txn', [['w', 'd', 1]]);
    expect(await act('transaction', 'txn', [['w', 'd', null]])).toMatchObject({ value: [['w', 'd', null]] });
  });

  it('transaction: nobody’s commands come in between', async () => {
    const clients = await Promise.all([0, 1, 2, 3].map((session) => running.client('transaction', session)));
    const steps = [
      ['append', 'a'],
      ['r', 'a'],
      ['append', 'b'],
      ['r', 'b'],
    ];
    const one = async (client: Client, first: number) => {
      const found: Completion[] = [];
      for (let i = first; i < first + 10; i++) {
        const value = steps.map(([f, key]) => [f, key, f === 'r' ? null : i]);
        found.push(await client.invoke({ f: 'txn', value }, new AbortController().signal));
      }
      return found;
    };
    const done = (await Promise.all(clients.map((client, i) => one(client, 10 * i)))).flat();
    expect(new Set(done.map(({ type }) => type))).toEqual(new Set(['ok']));
    for (const { value } of done) {
      const [, [, , a], , [, , b]] = value as [
        unknown,
        [string, string, Json],
        unknown,
        [string, string, Json],
      ];
      expect(a).toEqual(b);
    }
    await Promise.all(clients.map((client) => client.close()));
  });

  it('bank: opens accounts once, moves money, and refuses what is not there', async () => {
    expect(await act('bank', 'read')).toMatchObject({ value: {} });
    expect(await act('bank', 'open', { 0: 10, 1: 10 })).toEqual({ type: 'ok', node: 'n1' });
    expect(await act('bank', 'transfer', { from: 0, to: 1, amount: 4 })).toEqual({ type: 'ok', node: 'n1' });
    expect(await act('bank', 'transfer', { from: 0, to: 1, amount: 7 })).toMatchObject({ value: false });
    expect(await act('bank', 'open', { 0: 10, 1: 10 })).toMatchObject({ type: 'ok' });
    expect(await act('bank', 'read')).toMatchObject({ value: { 0: 6, 1: 14 } });
    expect(await act('bank', 'read', [1, 7])).toMatchObject({ value: { 1: 14 } });
  });
});

const LOAD = { cluster: 'redis', configuration: 'single-always', rate: 100, faultFor: 1, faultEvery: 4 };

describeDocker('one Redis server that syncs every write', () => {
  it('keeps its transactions strict serializable over kills', async () => {
    const run = { ...LOAD, workload: 'list-append', nemesis: 'kill:all', time: 8 };
    expect(await judged(run)).toEqual({ outcome: 'valid', reasons: [] });
  });
});
